"""The AWS operations, one module a resource family: a snapshot and a request → an answer and a
change.

An operation is a plain function named like the operation in snake_case. Its first parameter is the
`Call` (who asks, where, and the snapshot); its keyword parameters are the API's members in
snake_case, holding what `wire` parsed: nested members keep the API's own names. It gives an
`Answer`: the output's members under the API's names, and the `Change` to commit. It raises
`Refused` and nothing else on purpose. A parameter that a function does not take is refused by the
registry, never ignored; `dry_run` is the registry's too. Operations do no I/O: ids, times and
random characters come from the call.
"""
