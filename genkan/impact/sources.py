"""Files of any kind → one network: what is said to be there, and the stacks of templates on top."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from genkan.api.call import Call
from genkan.impact.order import tokens_of
from genkan.impact.plan_orders import roles_of
from genkan.imports import Document, Imported, read_documents, read_network
from genkan.imports.cloudformation import Beside, Template, is_template
from genkan.imports.members import inner, optional, rows, text
from genkan.imports.notes import Note, NoteCode
from genkan.imports.reading import MALFORMED, UNSAID_ACCOUNT, UNSAID_REGION
from genkan.imports.terraform import UnknownFormat, is_plan
from genkan.model.account import FIRST, Account, first_account
from genkan.model.catalogue.regions import REGIONS
from genkan.model.network import Network, put
from genkan.model.resource_policy import ResourcePolicies
from genkan.model.role_policies import RolePolicies

STACK = "AWS::CloudFormation::Stack"
MOST_WITHIN = 10  # stacks in stacks
REGION, ACCOUNT = "AWS::Region", "AWS::AccountId"
KEY, VALUE = "ParameterKey", "ParameterValue"  # of the AWS CLI's files of parameters


def read_sources(
    paths: Iterable[Path], now: datetime, parameters: Mapping[str, str] | None = None
) -> Imported:
    """Read a network. `parameters` are of templates, by name; files of them count too.

    Raises FileNotFoundError.
    """
    documents, notes = read_documents(paths)
    exports = exports_in(documents)
    given = {**parameters_in(documents), **(parameters or {})}
    templates = _alone([one for one in documents if is_template(one.response)])
    others = [one for one in documents if not is_template(one.response) and not _is_parameter(one)]
    read = others or not templates
    imported = read_network(others, notes) if read else Imported(Network(), tuple(notes))
    imported = replace(imported, policies=_with_planned(imported.policies, others))
    if not templates:
        return replace(imported, exports=exports)
    return _with_stacks(replace(imported, exports=exports), templates, given, now)


def _with_planned(policies: ResourcePolicies, documents: list[Document]) -> ResourcePolicies:
    """Add the roles that plans make: who calls is known of what they make, too."""
    made: list[RolePolicies] = []
    for one in documents:
        try:
            made += roles_of(one.response) if is_plan(one.response) else ()
        except (UnknownFormat, *MALFORMED):
            continue  # which is told where it is read
    return replace(policies, roles=(*policies.roles, *made))


def template_of(document: Document, given: Mapping[str, str], home: Account) -> Template:
    """Give a template with what it is given, in an account and its Region, and the files beside it
    that it names as stacks within it."""
    pseudo = {REGION: home.region, ACCOUNT: home.id}
    within = beside(document)
    return Template(document.source, document.response, {**pseudo, **given}, within)


def beside(document: Document, depth: int = MOST_WITHIN) -> dict[str, Beside]:
    """Give the templates of the stacks within a template that are files, by what it calls them."""
    found: dict[str, Beside] = {}
    for url, file in _named_files(document).items() if depth else ():
        read, _ = read_documents([file])
        if len(read) == 1 and is_template(read[0].response):
            one = read[0]
            found[url] = Beside(one.source, one.response, beside(one, depth - 1))
    return found


def _named_files(document: Document) -> dict[str, Path]:
    """Give the files that a template names as templates, which are there."""
    if document.file is None:
        return {}
    folder = document.file.parent
    properties = (
        inner(one, "Properties")
        for one in inner(document.response, "Resources").values()
        if isinstance(one, dict) and one.get("Type") == STACK
    )
    urls = (one.get("TemplateURL") for one in properties)
    files = {one: folder / one for one in urls if isinstance(one, str) and "://" not in one}
    return {url: file for url, file in files.items() if file.is_file()}


def _alone(templates: list[Document]) -> list[Document]:
    """Leave out templates that others among them name: they are within those."""
    named = {file.resolve() for one in templates for file in _named_files(one).values()}
    alone = [one for one in templates if one.file is None or one.file.resolve() not in named]
    return alone or templates  # a circle has no first one


def parameters_in(documents: Iterable[Document]) -> dict[str, str]:
    """Give the parameters that files of them give."""
    held = (one.response for one in documents if _is_parameter(one))
    return {str(one[KEY]): str(one[VALUE]) for one in held}


def exports_in(documents: Iterable[Document]) -> dict[str, str]:
    """Give what an account's stacks export, as ListExports answers it."""
    held = (row for one in documents for row in rows(one.response, "Exports"))
    return {text(one, "Name"): str(one.get("Value")) for one in held if optional(one, "Name")}


def _is_parameter(document: Document) -> bool:
    return KEY in document.response and VALUE in document.response


def _with_stacks(
    imported: Imported, documents: list[Document], given: Mapping[str, str], now: datetime
) -> Imported:
    from genkan.impact.stack import stacked

    network, notes = imported.network, list(imported.notes)
    home = first_account(network.all(Account))
    if home is None:
        home = _home(given, notes)
        network = network.apply(put(home))
    templates = [template_of(one, given, home) for one in documents]
    notes += _unknown_parameters(templates, given)
    call = Call(
        network=network,
        account=home.id,
        region=home.region,
        principal=f"arn:aws:iam::{home.id}:root",
        now=now,
        request_id="offline",
        token=tokens_of(()),
    )
    found = stacked(call, templates, imported.exports)
    roles = (*imported.policies.roles, *found.roles)
    policies = replace(imported.policies, roles=roles)
    return Imported(found.network, (*notes, *found.notes), policies, found.exports)


def _home(given: Mapping[str, str], notes: list[Note]) -> Account:
    """Give the account that stacks are made in where nothing else says it."""
    region = given.get(REGION, UNSAID_REGION)
    if REGION not in given or region not in REGIONS:
        said = f", and {region} is not in the catalogue" if REGION in given else ""
        region = UNSAID_REGION
        text = f"No file says which it is{said}, so {region} was taken. Say --parameter {REGION}=…"
        notes.append(Note("the Region", NoteCode.ASSUMED_DEFAULT, text))
    number = given.get(ACCOUNT, UNSAID_ACCOUNT)
    return Account(id=number, account=number, region=region, account_name=FIRST)


def _unknown_parameters(templates: list[Template], given: Mapping[str, str]) -> Iterable[Note]:
    for name in given:
        if not name.startswith("AWS::") and not any(name in one.parameters for one in templates):
            text = "No template has a parameter of that name. See how it is written there."
            yield Note(name, NoteCode.UNKNOWN_RESOURCE, text)
