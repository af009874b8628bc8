"""What kinds are called in paths, by the rule that nearly all of them keep."""


def plural(kind: str) -> str:
    """The resource of `kind`, such as `policies` of `Policy`.

    Source: meta.UnsafeGuessKindToResource of k8s.io/apimachinery, for Kubernetes' own
    kinds; other APIs keep to English, as in `gateways` and `sandboxes`.
    """
    name = kind.lower()
    if name.endswith("endpoints"):
        return name
    if name.endswith(("s", "x", "ch")):
        return f"{name}es"
    if name.endswith("y") and name[-2:-1] not in set("aeiou"):
        return f"{name[:-1]}ies"
    return f"{name}s"
