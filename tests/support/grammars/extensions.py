"""Google's extension libraries."""

from typing import Final

from support.expressions import Grammar

TEXTS: Final = Grammar(
    {
        "template": (
            "'%s'",
            "'%d%%'",
            "'%x-%X'",
            "'%o'",
            "'%b'",
            "'%.2f'",
            "'%e'",
            "'a%s%s'",
            "'%.0f'",
            "'%q'",
        ),
        "separator": ("''", "'a'", "'ab'", "'é'"),
    },
    {
        "int": (
            "{string}.indexOf({string})",
            "{string}.indexOf({separator}, {int})",
            "{string}.lastIndexOf({string})",
            "{string}.lastIndexOf({separator}, {int})",
        ),
        "string": (
            "{string}.charAt({int})",
            "{string}.lowerAscii()",
            "{string}.upperAscii()",
            "{string}.replace({separator}, {string})",
            "{string}.replace({separator}, {string}, {int})",
            "{string}.substring({int})",
            "{string}.substring({int}, {int})",
            "(' \\t' + {string} + '\\n\\u00a0').trim()",
            "{strings}.join()",
            "{strings}.join({separator})",
            "strings.quote({string})",
            "{string}.reverse()",
            "{template}.format([{dyn}])",
            "{template}.format([{int}, {string}])",
            "{template}.format([{double}, {strings}])",
            "{template}.format([{uint}, {bytes}])",
            "{template}.format([bytes({string}), {uint}])",
            "{template}.format([{duration}, {time}])",
            "'%.2f%e%.0f'.format([{double}, {double}, {int}])",
            "{template}.format([{bool}, {map}])",
        ),
        "strings": (
            "{string}.split({separator})",
            "{string}.split({separator}, {int})",
            "(' ' + {string}).split({separator}, {count})",
        ),
    },
)
"""The strings extension."""

MATHEMATICS: Final = Grammar(
    {"double": ("2.5", "-2.5", "-0.4", "1e19")},
    {
        "bool": ("math.isNaN({double})", "math.isInf({double})", "math.isFinite({double})"),
        "int": (
            "math.greatest({int}, {int})",
            "math.least({int}, {int}, {int})",
            "math.greatest({ints})",
            "math.abs({int})",
            "math.sign({int})",
            "math.bitAnd({int}, {int})",
            "math.bitOr({int}, {int})",
            "math.bitXor({int}, {int})",
            "math.bitNot({int})",
            "math.bitShiftLeft({int}, {int})",
            "math.bitShiftRight({int}, {int})",
        ),
        "uint": (
            "math.least({uint}, {uint})",
            "math.bitAnd({uint}, {uint})",
            "math.bitNot({uint})",
            "math.bitShiftLeft({uint}, {int})",
            "math.bitShiftRight({uint}, {int})",
        ),
        "double": (
            "math.greatest({double}, {double})",
            "math.ceil({double})",
            "math.floor({double})",
            "math.round({double})",
            "math.trunc({double})",
            "math.abs({double})",
            "math.sign({double})",
            "math.sqrt({double})",
            "math.sqrt({int})",
        ),
        "dyn": ("math.greatest({int}, {double})", "math.least({uint}, {int})", "math.least({dyn}, {dyn})"),
    },
)
"""The math extension."""

LISTS: Final = Grammar(
    {"count": ("0", "1", "2", "5", "-1"), "length": ("0", "1", "3")},
    {
        "bool": (
            "sets.contains({strings}, {strings})",
            "sets.equivalent({ints}, {ints})",
            "sets.intersects({strings}, {strings})",
            "sets.contains({dyns}, {dyns})",
            "sets.equivalent({dyns}, {dyns})",
        ),
        "strings": (
            "{strings}.slice({count}, {int})",
            "{strings}.sort()",
            "{strings}.sortBy({it}, {int:string})",
            "{strings}.distinct()",
            "{strings}.reverse()",
            "[{strings}, {strings}].flatten()",
        ),
        "ints": (
            "lists.range({length})",
            "{ints}.sort()",
            "{ints}.sortBy({it}, {string:int})",
            "{ints}.distinct()",
            "{ints}.slice({int}, {count})",
        ),
        "dyns": (
            "{dyns}.distinct()",
            "{dyns}.sort()",
            "[dyn({dyns}), {dyn}].flatten({count})",
            "{dyns}.sortBy({it}, {int:dyn})",
        ),
        "option": ("{ints}.first()", "{ints}.last()"),
    },
)
"""The sets and lists extensions."""

ENCODINGS: Final = Grammar(
    {
        "digits": ("'YWI='", "'YWI'", "'YQ=='", "'YR'", "'YW\\nI='", "'Y'", "'Y==='", "'é'"),
        "pattern": ("'a'", "'(a)'", "'a|(b)'", "'[^a]*'", "'(a)(b)'", "'('", "'.'"),
    },
    {
        "string": (
            "base64.encode({bytes})",
            "regex.extract({string}, {pattern}).orValue({string})",
            "regex.replace({string}, {pattern}, {string})",
            "regex.replace({string}, {pattern}, '<\\\\0\\\\1>', {int})",
        ),
        "strings": ("regex.extractAll({string}, {pattern})",),
        "bytes": (
            "base64.decode({string})",
            "base64.decode({digits})",
            "base64.decode(base64.encode({bytes}))",
        ),
    },
)
"""The encoders and regex extensions."""
