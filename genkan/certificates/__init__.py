"""Certificates of a site: those that its authority vouches for, and those that its accounts hold.

An account's certificates (AWS Certificate Manager's, and IAM's server certificates) are files in
the site's home, one each, written by the embedded services whose they are: what a listener shows
is what is there, and outlives whoever wrote it.
"""
