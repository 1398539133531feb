"""A CloudFormation template → the calls that making its stack takes.

As a plan of Terraform's is read into orders, so is a template: `orders_of` gives them, for a change
to be asked about; `standing` runs them on a copy, for a network to be asked about.
"""

from genkan.impact.stack.orders import orders_of
from genkan.impact.stack.standing import Stacked, stacked

__all__ = ["Stacked", "orders_of", "stacked"]
