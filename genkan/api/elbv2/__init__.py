"""Elastic Load Balancing v2: network and gateway load balancers, their listeners and targets.

What an ARN names is found by `arns`; refusals carry this service's own codes, which `errors` lists.
Application load balancers are left out: they are HTTP proxies and no part of a network.
"""
