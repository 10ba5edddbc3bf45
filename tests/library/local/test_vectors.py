import numpy as np
from conversations import CODE, POEM, rows_of, transcripts

from economic_index.drift.vector_summaries import directions, summaries_of
from economic_index.local.vectors import VectorStore


def test_vectors_come_back_bit_equal_by_maker(tmp_path, rng):
    store = VectorStore(tmp_path / "home" / "vectors.sqlite")
    vectors = rng.normal(size=(1_200, 384)).astype(np.float32)
    names = [f"h{number}" for number in range(1_200)]
    store.put("fp32", zip(names, vectors, strict=True))
    store.put("int8", [("h0", vectors[1])])
    found = store.get("fp32", [*names, "unknown"])
    assert set(found) == set(names)
    assert (np.stack([found[name] for name in names]) == vectors).all()
    assert (store.get("int8", ["h0"])["h0"] == vectors[1]).all()


def test_forgetting_reaches_every_maker(tmp_path, rng):
    store = VectorStore(tmp_path / "vectors.sqlite")
    vector = rng.normal(size=384).astype(np.float32)
    store.put("fp32", [("h0", vector), ("h1", vector)])
    store.put("int8", [("h0", vector)])
    assert store.forget(["h0", "unknown"]) == 2
    assert store.get("fp32", ["h0", "h1"]).keys() == {"h1"}
    assert store.get("int8", ["h0"]) == {}


def test_the_engine_sums_the_vectors_that_it_labelled_by(engine):
    batch = transcripts({"c-code": CODE, "c-poem": POEM})
    conversations = rows_of(["c-code", "c-poem"]).assign(user_id=["ann", "ben"], weight=1.0)
    engine.label(conversations, iter([batch]))
    rows = summaries_of(engine, conversations, iter([]))  # the text is not read again
    kept = engine.store.get(engine.vector_maker, ["hash-c-code", "hash-c-poem"])
    expected = sum(vector.astype(float) for vector in kept.values()) @ directions(384)
    np.testing.assert_allclose(np.sum(rows["vector_sum"].tolist(), axis=0), expected, atol=1e-5)
    assert rows["conversation_count"].sum() == len(kept) == 2
