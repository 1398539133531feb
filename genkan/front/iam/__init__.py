"""Requests in IAM's words, and what policies say of them.

`asked_of` names a request's actions and resources, `context_of` its condition keys; an `Admission`
asks the policies that have a say.
"""
