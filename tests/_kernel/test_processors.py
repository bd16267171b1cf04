from assay._kernel import processors


def test_only_the_processors_that_are_allowed_count(monkeypatch):
    monkeypatch.setattr(processors.os, "sched_getaffinity", lambda _: {0, 3})
    assert processors.available_processors() == 2
    monkeypatch.setattr(processors.os, "sched_getaffinity", lambda _: set(range(64)))
    assert processors.available_processors() == 8
