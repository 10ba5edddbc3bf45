"""One step of a conversation down the task hierarchy: the options of a node, and which of them was chosen, or none.

Which conversations stand where is traversal_plan.py's; how requests are sent is the transport's business.
"""

import hashlib
from dataclasses import dataclass, field, replace

from economic_index.assign.choice import Described
from economic_index.assign.hierarchy import Hierarchy, Node
from economic_index.assign.hierarchy_prompts import closing_of, frame_of, numbered, prompt_version
from economic_index.facets.form import read_reply
from economic_index.facets.hierarchy_step.reply import NONE, Reply
from economic_index.facets.prompts import HIERARCHY_STEP, Wording
from economic_index.llm.records import StoredAnswer
from economic_index.llm.replies import form_fields
from economic_index.llm.request import Frame, Request, Subject
from economic_index.llm.transcript import fence_text
from economic_index.vocabulary import Purpose

PROMPT = HIERARCHY_STEP
ORDERS = 2
"""Forwards and backwards: every option is early as often as late, and a list is still shared by half of all."""


@dataclass(frozen=True)
class StepQuestions:
    """The steps down one hierarchy, for one model, in one wording.

    A second answer by this algorithm has the purpose MAIN, too: it is the same question, and an answer has one place.
    """

    model: str
    salt: bytes = field(repr=False)
    hierarchy: Hierarchy
    cache_ttl: str | None = "5m"
    wording: Wording = Wording.A
    purpose: Purpose = Purpose.MAIN
    draw: int = 0
    _frames: dict[tuple[str, int], Frame] = field(default_factory=dict, repr=False)

    def cached_for(self, cache_ttl: str | None) -> "StepQuestions":
        """The same questions with other cache marks: the same answers."""
        return replace(self, cache_ttl=cache_ttl, _frames={})

    @property
    def version(self) -> str:
        """Version of the prompt, and the hierarchy: stands in every row."""
        return f"{prompt_version(PROMPT, self.wording)}-{self.hierarchy.hierarchy_id}"

    def pair(self, node: Node, answer_key: str) -> tuple[str, str]:
        """The step from this node as it is looked up; in a tree the node tells the whole way to it.

        Another description of the conversation is another question.
        """
        return PROMPT, f"{self.version}-{node.level}-{node.node_id}-{answer_key[:12]}"

    def order_of(self, content_hash: str) -> int:
        """The order of the options: always the same for a conversation, the other one if order is what is tested."""
        drawn = hashlib.sha256(content_hash.encode()).digest()[0]
        return (drawn + (self.purpose is Purpose.ORDER)) % ORDERS

    def places(self, node: Node, order: int) -> tuple[int, ...]:
        """Places of the node's children in the order in which they are shown."""
        forwards = range(len(node.children))
        return tuple(forwards[::-1] if order else forwards)

    def frame(self, node: Node, order: int) -> Frame:
        """Rules, then the options of the node: a prefix that all share who stand there."""
        if (node.node_id, order) not in self._frames:
            children = self.hierarchy.children_of(node)
            place = f"# {node.name}" if node.level else "# All kinds of work"
            options = numbered([children[at].name for at in self.places(node, order)])
            self._frames[node.node_id, order] = frame_of(
                PROMPT, self.model, self.cache_ttl, self.wording, [f"{place}\n{options}"]
            )
        return self._frames[node.node_id, order]

    def request(self, described: Described, node: Node) -> Request:
        """The request for the step from this node."""
        order = self.order_of(described.content_hash)
        subject = Subject(
            described.content_hash,
            PROMPT,
            self.model,
            self.purpose,
            (self.pair(node, described.answer_key),),
            tuple(str(place) for place in self.places(node, order)),
        )
        user = "\n".join(
            [
                fence_text(described.request, self.salt, "request"),
                fence_text(described.evidence, self.salt, "evidence"),
                closing_of(PROMPT),
            ]
        )
        return self.frame(node, order).request(subject, user, self.draw)

    def chosen(self, node: Node, answer: StoredAnswer) -> Node | None:
        """The child to which an answer leads, None if it leads nowhere."""
        reply = read_reply(PROMPT, form_fields(answer.reply))
        assert isinstance(reply, Reply)
        if reply.option == NONE:
            return None
        return self.hierarchy.nodes[node.children[int(answer.options[reply.option - 1])]]
