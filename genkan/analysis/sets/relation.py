"""Relations between services and senders, as partitions: no two parts share a service.

`((services, senders), …)`, both as bits; a service that is in no part is related to nobody.
"""

from collections.abc import Iterable

Part = tuple[int, int]  # services, senders
Relation = tuple[Part, ...]
NOTHING: Relation = ()


def meet(one: Relation, other: Relation) -> Relation:
    """Give what is in both."""
    if one is other:
        return one
    return tuple(
        (services, senders)
        for services_one, senders_one in one
        for services_other, senders_other in other
        if (services := services_one & services_other) and (senders := senders_one & senders_other)
    )


def join(parts: Iterable[Part]) -> Relation:
    """Give what is in any of the parts, which may share services."""
    found: list[Part] = []
    for services, senders in parts:
        left, held = services, found
        found = []
        for has, who in held:
            common = has & left
            if not common or who | senders == who:
                found.append((has, who))
                left &= ~common
                continue
            found.append((common, who | senders))
            if has != common:
                found.append((has & ~common, who))
            left &= ~common
        if left and senders:
            found.append((left, senders))
    return tuple(found)


def of_services(relation: Relation, services: int) -> Relation:
    """Give the part of a relation that is in some services."""
    return tuple((has & services, who) for has, who in relation if has & services)


def minus(one: Relation, other: Relation) -> Relation:
    """Give what is in the one and not in the other."""
    found: list[Part] = []
    for services, senders in one:
        left = services
        for has, who in other:
            common = left & has
            if common:
                left &= ~common
                if senders & ~who:
                    found.append((common, senders & ~who))
        if left:
            found.append((left, senders))
    return tuple(found)


def services_of(relation: Relation) -> int:
    """Give every service of a relation."""
    found = 0
    for services, _ in relation:
        found |= services
    return found


def senders_of(relation: Relation) -> int:
    """Give every sender of a relation."""
    found = 0
    for _, senders in relation:
        found |= senders
    return found


def by_sender(relation: Relation, sender: int) -> int:
    """Give the services of a sender (a single bit)."""
    found = 0
    for services, senders in relation:
        if senders & sender:
            found |= services
    return found
