"""What the language definition has beside what `support.expressions` knows."""

from typing import Final

from support.expressions import Grammar

CONVERSIONS: Final = Grammar(
    {
        "bytes": ("b''", "b'a'", "b'ab'", "b'\\xff'"),
        "zone": ("'UTC'", "'+01:00'", "'-11:59'", "'America/St_Johns'", "'Europe/Paris'", "'Mars'"),
        "type": ("int", "uint", "double", "string", "list", "map", "null_type", "google.protobuf.Timestamp"),
    },
    {
        "bool": (
            "({bytes} == {bytes})",
            "({bytes} < {bytes})",
            "({uint} != {uint})",
            "({uint} >= {uint})",
            "({double} != {double})",
            "({double} > {double})",
            "({time} != {time})",
            "({time} <= {time})",
            "({duration} <= {duration})",
            "(type({dyn}) == {type})",
            "bool({string})",
            "matches({string}, '[aé]')",
        ),
        "int": (
            "size({bytes})",
            "({time}.getFullYear() + {time}.getMonth({zone}))",
            "({time}.getDate({zone}) + {time}.getDayOfMonth())",
            "{time}.getDayOfWeek({zone})",
            "{time}.getHours({zone})",
            "{time}.getMinutes({zone})",
            "({time}.getSeconds() - {time}.getMilliseconds())",
            "({duration}.getHours() + {duration}.getMinutes())",
        ),
        "uint": ("({uint} % {uint})", "uint({double})", "uint({string})", "({bool} ? {uint} : {uint})"),
        "double": (
            "({double} - {double})",
            "double({uint})",
            "double({string})",
            "({bool} ? {double} : {double})",
        ),
        "string": (
            "string({bytes})",
            "string({double})",
            "string(double({int}) / 8.0)",
            "string({time})",
            "string({duration})",
        ),
        "bytes": ("({bytes} + {bytes})", "bytes({string})", "({bool} ? {bytes} : {bytes})"),
        "time": ("({duration} + {time})", "timestamp({int})", "({bool} ? {time} : {time})"),
        "duration": ("({duration} - {duration})", "({bool} ? {duration} : {duration})"),
        "dyn": (
            "dyn({uint})",
            "dyn({bytes})",
            "dyn({time})",
            "dyn({duration})",
            "dyn({strings})",
            "dyn({type})",
            "({dyn} - {dyn})",
            "({dyn} * {dyn})",
            "({dyn} / {dyn})",
            "({bool} ? {dyn} : {dyn})",
        ),
    },
)
"""The rest of the standard library."""

COLLECTIONS: Final = Grammar(
    {"ints": ("[1, 2]", "[3, 1, 2]"), "map": ("{'a': 1}", "{'a': 2, 'b': 1}")},
    {
        "bool": (
            "({int} in {ints})",
            "({ints} == {ints})",
            "{ints}.all({it}, {bool:int})",
            "{ints}.exists({it}, {bool:int})",
            "({string} in {map})",
            "({map} == {map})",
            "({map} != {dyn})",
            "has({map}.a)",
            "{map}.all({it}, {bool:string})",
            "{map}.exists_one({it}, {bool:string})",
        ),
        "int": ("{ints}[{int}]", "{ints}[dyn({double})]", "{map}[{string}]", "{map}.b", "size({map})"),
        "ints": (
            "[{int}, {int}]",
            "({ints} + {ints})",
            "{ints}.filter({it}, {bool:int})",
            "{ints}.map({it}, {int:int})",
            "{strings}.map({it}, {bool:string}, {int:string})",
        ),
        "map": ("{{{string}: {int}, {string}: {int}}}", "({bool} ? {map} : {map})"),
        "dyn": ("dyn({map})", "dyn({ints})", "{{{dyn}: {dyn}, {dyn}: {dyn}}}[{dyn}]"),
    },
)
"""Lists of ints, and maps from strings to ints."""

BINDINGS: Final = Grammar(
    {},
    {
        "bool": ("cel.bind({it}, {string}, {bool:string})", "cel.bind({it}, {dyn}, {bool:dyn})"),
        "int": ("cel.bind({it}, {int}, {int:int})", "cel.bind({it}, {strings}, {int:strings})"),
        "string": ("cel.bind({it}, {string}, {string:string})",),
        "strings": ("cel.bind({it}, {strings}, {strings:strings})",),
    },
)
"""`cel.bind`."""

TWO_VARIABLES: Final = Grammar(
    {},
    {
        "bool": (
            "{strings}.all({at}, {it}, {bool:int,string})",
            "{strings}.exists({at}, {it}, {bool:int,string})",
            "{strings}.existsOne({at}, {it}, {bool:int,string})",
            "{map}.all({at}, {it}, {bool:string,int})",
            "{map}.exists({at}, {it}, {bool:string,int})",
            "{map}.existsOne({at}, {it}, {bool:string,int})",
            "{dyn}.all({at}, {it}, {bool:dyn,dyn})",
        ),
        "ints": (
            "{ints}.transformList({at}, {it}, {int:int,int})",
            "{strings}.transformList({at}, {it}, {bool:int,string}, {int:int,string})",
            "{map}.transformList({at}, {it}, {int:string,int})",
        ),
        "map": (
            "{map}.transformMap({at}, {it}, {int:string,int})",
            "{map}.transformMap({at}, {it}, {bool:string,int}, {int:string,int})",
            "{map}.transformMapEntry({at}, {it}, {{{string:string,int}: {int:string,int}}})",
            "{strings}.transformMapEntry({at}, {it}, {bool:int,string}, {{{string:int,string}: {at}}})",
        ),
    },
)
"""Comprehensions over index and element, or key and value."""

OPTIONALS: Final = Grammar(
    {"option": ("optional.of(1)", "optional.none()"), "options": ("x.?a", "y[?0]")},
    {
        "bool": (
            "{option}.hasValue()",
            "{options}.hasValue()",
            "({option} == {option})",
            "({options} != {options})",
            "has({dyn}.?a.b)",
        ),
        "int": ("{option}.value()", "{option}.orValue({int})"),
        "ints": ("[?{option}, {int}]",),
        "map": ("{{?{string}: {option}, {string}: {int}}}",),
        "dyn": ("{options}.value()", "{options}.orValue({dyn})", "dyn({option})"),
        "option": (
            "optional.of({int})",
            "optional.ofNonZeroValue({int})",
            "{option}.or({option})",
            "{option}.optMap({it}, {int:int})",
            "{option}.optFlatMap({it}, {option:int})",
            "({bool} ? {option} : {option})",
            "{map}.?a",
            "{map}[?{string}]",
            "{ints}[?{int}]",
            "cel.bind({it}, {option}, {option:option})",
        ),
        "options": (
            "optional.ofNonZeroValue({dyn})",
            "{dyn}.?a",
            "{dyn}[?{string}]",
            "{dyn}[?{int}]",
            "{dyns}[?{int}]",
            "{options}.?b",
            "{options}.a",
            "{options}[?{int}]",
            "{options}.or({options})",
            "{options}.optMap({it}, {dyn:dyn})",
        ),
    },
)
"""Optional ints and optional values of which the checker knows nothing."""
