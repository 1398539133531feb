"""What Terraform knows of a network → the answers that describe calls would give of it.

A state (`terraform show -json`, or the state's own file) and the prior state of a plan say what
there is in words of the provider; here they become those of the API, for the readers beside this
package. Of what AWS makes by itself (an endpoint's interfaces, a VPC's default group) a state says
the ids at most: that is filled in as AWS makes it.
"""

from genkan.imports.terraform.resources import UnknownFormat, is_plan, is_state, resources_of
from genkan.imports.terraform.state import described

__all__ = ["UnknownFormat", "described", "is_plan", "is_state", "resources_of"]
