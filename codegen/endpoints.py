"""Renders a service's endpoint rules as one readable function, and the partitions of AWS as a table.

A rule set is a tree: each rule has conditions, and then an endpoint, an error, or rules of its own. It becomes nested
`if` statements. Source: https://smithy.io/2.0/additional-specs/rules-engine/specification.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Final

from attrs import frozen

from codegen.docs import ModelError
from codegen.load import Json, JsonObject
from codegen.naming import constant_name, snake_case
from codegen.writer import Writer, module

_RUNTIME: Final = "codepipeline_sdk._runtime.endpoint"
_PARTITIONS: Final = "codepipeline_sdk._endpoints.partitions"
_BUILT_INS: Final = {
    "AWS::Region": "parameters.region",
    "AWS::UseFIPS": "parameters.use_fips",
    "AWS::UseDualStack": "parameters.use_dualstack",
    "SDK::Endpoint": "parameters.endpoint_url",
}
_PARTITION_ATTRIBUTES: Final = {
    "name": "name",
    "dnsSuffix": "dns_suffix",
    "dualStackDnsSuffix": "dual_stack_dns_suffix",
    "implicitGlobalRegion": "implicit_global_region",
    "supportsFIPS": "supports_fips",
    "supportsDualStack": "supports_dual_stack",
}
_FALLBACK: Final = "aws"


def render_endpoint_rules(service: str, rule_set: JsonObject) -> str:
    """Return the module with the endpoint rules of a service; raise ModelError for a rule that is not understood."""
    match rule_set:
        case {"parameters": dict(parameters), "rules": list(rules)}:
            scope = {name: _parameter(name, parameter) for name, parameter in parameters.items()}
        case _:
            raise ModelError(f"the endpoint rule set of {service} lacks parameters or rules")
    function = Writer()
    with function.block("def resolve(parameters: EndpointParameters) -> Endpoint:"):
        function.doc("Return the endpoint for these parameters; raise EndpointError when they lead to none.")
        function.line("parameters.validate()")
        if not _RuleWriter(function).rules(rules, scope):
            function.line('raise EndpointError("No endpoint rule applies")')
    text = function.text()
    names = ["Endpoint", "EndpointError", "EndpointParameters", "is_valid_host_label"]
    writer = module(f"The endpoint rules of {service}.")
    if "PARTITIONS" in text:
        writer.line(f"from {_PARTITIONS} import PARTITIONS")
    writer.line(f"from {_RUNTIME} import {', '.join(name for name in names if name in text)}")
    writer.line()
    writer.line(text)
    return writer.text()


def render_partitions(partitions: JsonObject) -> str:
    """Return the module with the table of partitions and their regions."""
    table, constants, regions = Writer(), list[str](), list[str]()
    match partitions:
        case {"partitions": list(listed)}:
            for raw in listed:
                constants.append(_write_partition(table, raw, regions))
        case _:
            raise ModelError("the file of partitions lists none")
    with table.block("PARTITIONS: Final = PartitionTable("):
        table.line(f"partitions=({', '.join(constants)},),")
        with table.block("regions={"):
            table.lines(sorted(regions))
        table.line("},")
        table.line(f"fallback=_{constant_name(_FALLBACK)},")
    table.line(")")
    text = table.text()
    writer = module("The partitions of AWS and their regions.")
    writer.line("from typing import Final")
    if "evolve(" in text:
        writer.line("from attrs import evolve")
    writer.line(f"from {_RUNTIME} import Partition, PartitionTable")
    writer.line()
    writer.line(text)
    return writer.text()


def _write_partition(writer: Writer, raw: Json, regions: list[str]) -> str:
    """Write the constant of a partition, add the lines of its regions, and return the constant's name."""
    match raw:
        case {"id": str(name), "regionRegex": str(regex), "outputs": dict(outputs), "regions": dict(known)}:
            constant = f"_{constant_name(name)}"
        case _:
            raise ModelError(f"a partition is not understood: {raw!r}")
    with writer.block(f"{constant}: Final = Partition("):
        writer.lines(f"{attribute}," for attribute in _partition_attributes({"name": name, **outputs}))
        writer.line(f'region_regex=r"{regex}",')
    writer.line(")")
    for region, details in known.items():
        match details:
            case {"outputs": dict(different)}:
                value = f"evolve({constant}, {', '.join(_partition_attributes(different))})"
            case _:
                value = constant
        regions.append(f'"{region}": {value},')
    return constant


def _partition_attributes(outputs: JsonObject) -> list[str]:
    return [f"{attribute}={outputs[key]!r}" for key, attribute in _PARTITION_ATTRIBUTES.items() if key in outputs]


def _parameter(name: str, parameter: Json) -> str:
    """Return the expression of a rule set's parameter; one that no setting sets has its default for ever."""
    match parameter:
        case {"builtIn": str(built_in)} if built_in in _BUILT_INS:
            return _BUILT_INS[built_in]
        case {"default": (bool() | str()) as default}:
            return repr(default)
        case _:
            raise ModelError(f"the endpoint parameter {name} is not known and has no default")


@frozen
class _RuleWriter:
    """Writes rules as statements. A scope holds the expressions of the names that a rule may refer to."""

    writer: Writer

    def rules(self, rules: Sequence[Json], scope: Mapping[str, str]) -> bool:
        """Write rules in turn, up to one that returns or raises whatever happens; return whether there is one."""
        return any(self.rule(rule, scope) for rule in rules)

    def rule(self, rule: Json, scope: Mapping[str, str]) -> bool:
        """Write one rule; return whether it returns or raises whatever happens."""
        if not isinstance(rule, dict) or not isinstance(conditions := rule.get("conditions"), list):
            raise ModelError(f"an endpoint rule is not understood: {rule!r}")
        return self.guarded(rule, conditions, scope)

    def guarded(self, rule: JsonObject, conditions: list[Json], scope: Mapping[str, str]) -> bool:
        """Write what a rule does under the conditions that are left of it."""
        assigned = next((at for at, condition in enumerate(conditions) if _assigns(condition)), len(conditions))
        tests = [_test(condition, scope) for condition in conditions[:assigned]]
        if "False" in tests:
            return False
        if tests := [test for test in tests if test != "True"]:
            with self.writer.block(f"if {' and '.join(tests)}:"):
                self.guarded(rule, conditions[assigned:], scope)
            return False
        if not conditions[assigned:]:
            return self.outcome(rule, scope)
        match conditions[assigned]:
            case {"fn": "aws.partition", "argv": [region], "assign": str(name)}:
                self.writer.line(f"{snake_case(name)} = PARTITIONS.find({_value(region, scope)})")
                return self.guarded(rule, conditions[assigned + 1 :], {**scope, name: snake_case(name)})
            case condition:
                raise ModelError(f"an assignment in endpoint rules is not understood: {condition!r}")

    def outcome(self, rule: JsonObject, scope: Mapping[str, str]) -> bool:
        """Write what a rule comes to when its conditions hold."""
        match rule:
            case {"type": "tree", "rules": list(rules)}:
                return self.rules(rules, scope)
            case {"type": "error", "error": error}:
                self.writer.line(f"raise EndpointError({_value(error, scope)})")
            case {"type": "endpoint", "endpoint": dict(endpoint)}:
                arguments = [
                    f"url={_value(endpoint.get('url'), scope)}",
                    *_headers(endpoint.get("headers"), scope),
                    *_signing(endpoint.get("properties"), scope),
                ]
                self.writer.line(f"return Endpoint({', '.join(arguments)})")
            case _:
                raise ModelError(f"an endpoint rule is not understood: {rule!r}")
        return True


def _assigns(condition: Json) -> bool:
    return isinstance(condition, dict) and "assign" in condition


def _test(condition: Json, scope: Mapping[str, str], *, negated: bool = False) -> str:
    """Return a condition as an expression; `True` or `False` when it is decided already."""
    match condition:
        case {"fn": "not", "argv": [inner]}:
            return _test(inner, scope, negated=not negated)
        case {"fn": "isSet", "argv": [value]}:
            return f"{_value(value, scope)} is {'' if negated else 'not '}None"
        case {"fn": "stringEquals", "argv": [left, right]}:
            return f"{_value(left, scope)} {'!=' if negated else '=='} {_value(right, scope)}"
        case {"fn": "isValidHostLabel", "argv": [value, bool(dots)]}:
            call = f"is_valid_host_label({_value(value, scope)}, allow_subdomains={dots})"
            return f"not {call}" if negated else call
        case {"fn": "booleanEquals", "argv": [bool(literal), value] | [value, bool(literal)]}:
            return _is_true(_value(value, scope), wanted=literal is not negated)
        case {"fn": function}:
            raise ModelError(f"the function {function} of endpoint rules is not known with these arguments")
        case _:
            raise ModelError(f"a condition of endpoint rules is not understood: {condition!r}")


def _is_true(expression: str, *, wanted: bool) -> str:
    if expression in {"True", "False"}:
        return str((expression == "True") is wanted)
    return expression if wanted else f"not {expression}"


def _value(value: Json, scope: Mapping[str, str]) -> str:
    """Return an argument, a URL or a text as an expression."""
    match value:
        case bool():
            return repr(value)
        case str():
            return _template(value, scope)
        case {"ref": str(name)}:
            return _reference(name, scope)
        case {"fn": "getAttr", "argv": [{"ref": str(name)}, str(attribute)]}:
            return _reference(f"{name}#{attribute}", scope)
        case _:
            raise ModelError(f"a value in endpoint rules is not understood: {value!r}")


def _template(text: str, scope: Mapping[str, str]) -> str:
    """Return a text as a literal, or as an f-string where it refers to something."""
    parts = list(Formatter().parse(text))
    if all(reference is None for _, reference, _, _ in parts):
        return repr("".join(literal for literal, _, _, _ in parts))
    return "f" + repr(
        "".join(
            literal.replace("{", "{{").replace("}", "}}")
            + (f"{{{_reference(reference, scope)}}}" if reference is not None else "")
            for literal, reference, _, _ in parts
        )
    )


def _reference(reference: str, scope: Mapping[str, str]) -> str:
    """Return `Name` or `Name#attribute` as an expression; the attribute is one of a partition."""
    name, _, attribute = reference.partition("#")
    if name not in scope or (attribute and attribute not in _PARTITION_ATTRIBUTES):
        raise ModelError(f"endpoint rules refer to {reference}, which is not known")
    return f"{scope[name]}.{_PARTITION_ATTRIBUTES[attribute]}" if attribute else scope[name]


def _headers(headers: Json, scope: Mapping[str, str]) -> list[str]:
    if not headers:
        return []
    if not isinstance(headers, dict):
        raise ModelError(f"the headers of an endpoint are not understood: {headers!r}")
    pairs = [f"{name.lower()!r}: {_header(values, scope)}" for name, values in headers.items()]
    return [f"headers={{{', '.join(pairs)}}}"]


def _header(values: Json, scope: Mapping[str, str]) -> str:
    match values:
        case [value]:
            return _value(value, scope)
        case _:
            raise ModelError(f"a header of an endpoint does not have one value: {values!r}")


def _signing(properties: Json, scope: Mapping[str, str]) -> list[str]:
    """Return the arguments for what the signature at this endpoint differs in."""
    if not properties:
        return []
    match properties:
        case {"authSchemes": [dict(scheme), *_], **rest} if scheme.get("name") == "sigv4" and not rest:
            names = (("signing_region", "signingRegion"), ("signing_name", "signingName"))
            return [f"{name}={_value(scheme[key], scope)}" for name, key in names if key in scheme]
        case _:
            raise ModelError(f"the properties of an endpoint are not understood: {properties!r}")
