"""Answers kept as bytes, and what a change makes of them.

A message is looked up by two keys: what it asks (name in lower case, type, class) gives the answer
of its view, everything else in it (the header behind the id, what follows the question) gives its
shape; put together they are the reply. Only a message that has no such answer or shape is parsed.
A reply put together stands with its view, whole but for the id, for who receives the same message
again and need not ask here. One that asks in varied case is put together each time.

The first zero byte is taken for the end of the name. Should it lie inside a label, the lookup
fails: the keys kept are whole questions, and no question is the beginning of another.

What a forwarding takes is not answered here: the caller has it sent on, and keeps what comes. What
chance decides is not kept.

A change forgets the answers made from a name that it touched, and no others, and all whole replies
of the views where it did. At most `bound` answers are kept: the younger half, and of the older half
what was asked again; and at most as many whole replies, none from before the last such turn.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from genkan.dns import domain_name, message
from genkan.dns.firewall import FirewallIndex, instead
from genkan.dns.message import Answer, Query, Shape
from genkan.dns.resolution import Rcode, Resolution, resolve
from genkan.dns.zones import ZoneIndex
from genkan.program import Delta
from genkan.program.firewall import FirewallRule

BOUND = 16_384  # answers, about 700 bytes each
SHAPES = 64  # the stub resolvers of the world have a handful


# Of names that CNAMEs of others lead to: what the asker hears instead of their answer, if anything.
Inspect = Callable[[tuple[bytes, ...]], Answer | None]


@dataclass(frozen=True, slots=True)
class Onward:
    """A question that others have to answer, and what is known so far."""

    view: str
    query: Query
    resolution: Resolution
    longest: int  # bytes that the asker takes
    inspect: Inspect | None = None


Reply = bytes | Onward | None


class View:
    """The answers kept for one view, by question; `replies` are whole, by the message replied to,
    both without the id: each is what `reply` would say."""

    __slots__ = ("beyond", "name", "old", "region", "replies", "young")

    def __init__(self, name: str, beyond: str | None, region: str | None) -> None:
        self.name = name
        self.beyond = beyond
        self.region = region
        self.young: dict[bytes, Answer] = {}
        self.old: dict[bytes, Answer] = {}
        self.replies: dict[bytes, bytes] = {}

    def forget(self, names: set[bytes], trees: tuple[bytes, ...]) -> None:
        """Drop the answers made from one of these names, or from a name in one of these trees."""
        for table in (self.young, self.old):
            stale = [key for key, one in table.items() if _is_stale(one, names, trees)]
            for key in stale:
                del table[key]
            if stale:
                self.replies.clear()


class Responder:
    """Replies to messages as the views' zones say."""

    def __init__(self, bound: int = BOUND) -> None:
        self._index = ZoneIndex()
        self._firewalls = FirewallIndex()
        self._views: dict[str, View] = {}
        self._shapes: dict[bytes, Shape] = {}
        self._bound = bound
        self._young = 0  # answers in the young halves
        self._whole = 0  # replies in the views

    def view(self, name: str, beyond: str | None = None, region: str | None = None) -> View:
        """Give the view of this name; one that sees something else beyond it starts anew."""
        held = self._views.get(name)
        if held is None or (held.beyond, held.region) != (beyond, region):
            held = self._views[name] = View(name, beyond, region)
            self._index.set_view(name, beyond, region)
        return held

    def drop_view(self, name: str) -> None:
        self._views.pop(name, None)
        self._index.drop_view(name)

    def apply(self, delta: Delta) -> None:
        """Answer by the changed zones and records from now on."""
        touched = self._index.apply(delta)
        for name in self._firewalls.apply(delta):
            touched.add(name, (), (domain_name.ROOT,))
        for view in self._views.values():
            if view.young or view.old:
                names, trees = touched.in_views(view.name, view.beyond)
                if names or trees:
                    view.forget(names, trees)

    def reply(self, data: bytes, view: View) -> Reply:
        """Reply to a message that came by UDP; None: nothing is said."""
        end = data.find(0, message.HEADER)
        asked = data[12:end]
        name = asked.lower()
        answer = view.young.get(name + data[end : end + 5])
        shape = self._shapes.get(data[2:12] + data[end + 5 :])
        if answer is None or shape is None:
            return self._reply_parsed(data, view, by_stream=False)
        head = shape.heads.get(answer.form) or shape.head(answer.form)
        whole = b"".join((data[:2], head, data[12 : end + 5], answer.body, shape.opt))
        if len(whole) > shape.payload:
            return self._reply_parsed(data, view, by_stream=False)
        if name == asked:  # who varies the case hardly asks the same twice
            self._keep_whole(data, whole, view)
        return whole

    def reply_by_stream(self, data: bytes, view: View) -> Reply:
        """Reply to a message that came by TCP."""
        return self._reply_parsed(data, view, by_stream=True)

    def _reply_parsed(self, data: bytes, view: View, *, by_stream: bool) -> Reply:
        if len(data) < message.HEADER or data[2] & 0x80:
            return None
        not_query = message.refusal_without_question(data)
        if not_query is not None:
            return not_query
        try:
            query = message.parse_query(data)
        except message.Malformed:
            return message.header_alone(data, Rcode.FORMERR)
        refused = message.refusal(query)
        if refused is not None:
            return refused
        self._keep_shape(data, query)
        longest = message.LONGEST if by_stream else query.shape.payload
        answer = self._answer(query, view)
        if isinstance(answer, Resolution):
            return Onward(view.name, query, answer, longest, self._inspecting(query, view, answer))
        return message.fit(query, answer, longest)

    def _keep_shape(self, data: bytes, query: Query) -> None:
        behind = data[message.HEADER + len(query.question) :]
        if len(behind) == len(query.shape.opt):  # an OPT with options hardly comes twice
            if len(self._shapes) >= SHAPES:
                self._shapes.clear()
            self._shapes[data[2 : message.HEADER] + behind] = query.shape

    def _keep_whole(self, data: bytes, reply: bytes, view: View) -> None:
        if self._whole >= self._bound:
            self._forget_whole()
        view.replies[data[2:]] = reply[2:]
        self._whole += 1

    def _forget_whole(self) -> None:
        for view in self._views.values():
            view.replies.clear()
        self._whole = 0

    def _answer(self, query: Query, view: View) -> Answer | Resolution:
        """Give the answer, kept for the next time, or a resolution that ends with somebody else."""
        key = query.name + query.question[-4:]
        answer = view.young.get(key)
        if answer is not None:
            return answer
        answer = view.old.pop(key, None)
        if answer is None:
            found = resolve(self._index, view.name, query.name, query.type)
            ruling = self._firewalls.ruling((view.name, view.beyond), found.names, query.type)
            if ruling.blocked is not None:
                found = self._instead(view, ruling.blocked, found.names, query.type)
            if found.onward is not None:
                return found
            answer = message.write(found)
            if found.by_chance or ruling.told:
                return answer
        if self._young >= self._bound // 2:
            self._age()
        view.young[key] = answer
        self._young += 1
        return answer

    def _instead(
        self, view: View, rule: FirewallRule, names: tuple[bytes, ...], of_type: int
    ) -> Resolution:
        return instead(self._index, view.name, rule, names, of_type)

    def _inspecting(self, query: Query, view: View, found: Resolution) -> Inspect | None:
        """Give what decides about names that others lead to; None where nothing does any more."""
        views, before = (view.name, view.beyond), found.names
        if not self._firewalls.follows(views, query.name, query.type) or found.is_overridden:
            return None

        def inspect(names: tuple[bytes, ...]) -> Answer | None:
            ruling = self._firewalls.ruling(views, names, query.type, first=len(before))
            if ruling.blocked is None:
                return None
            blocked = self._instead(view, ruling.blocked, (query.name, *names), query.type)
            return message.write(replace(blocked, onward=None))

        return inspect

    def _age(self) -> None:
        for view in self._views.values():
            view.old, view.young = view.young, {}
        self._young = 0
        self._forget_whole()  # what is asked again stays, and is told by that


def _is_stale(answer: Answer, names: set[bytes], trees: tuple[bytes, ...]) -> bool:
    return any(name in names or name.endswith(trees) for name in answer.names)
