"""CloudFormation templates → their resources, with what their expressions come to.

A template says what is to be made, not what is there: which calls that takes is `genkan.impact`'s
to say (`stack`), and what they leave is the network. Here parameters, mappings, conditions and
intrinsic functions are worked out. "Template reference" in the AWS CloudFormation guide.
"""

from genkan.imports.cloudformation.evaluation import (
    NO_VALUE,
    Answers,
    Evaluation,
    Listed,
    Pending,
    Unresolved,
)
from genkan.imports.cloudformation.loops import TRANSFORM
from genkan.imports.cloudformation.template import (
    Beside,
    Template,
    TemplateResource,
    is_template,
)
from genkan.imports.cloudformation.yaml_text import UnreadableYaml, read_yaml

__all__ = [
    "NO_VALUE",
    "TRANSFORM",
    "Answers",
    "Beside",
    "Evaluation",
    "Listed",
    "Pending",
    "Template",
    "TemplateResource",
    "UnreadableYaml",
    "Unresolved",
    "is_template",
    "read_yaml",
]
