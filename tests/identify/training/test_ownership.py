"""Whose a feature is."""

from learning import assembly, flat, holder, piece, project, sentences, texts

from assay.inventory.fingerprints.features import STRING, hash_texts


def owned(made) -> dict[int, str]:
    return {int(made.numbers[row]): made.holders[int(made.holder[row])].key for row in made.kept()}


def number(text: bytes) -> int:
    return int(hash_texts([text], STRING)[0])


def test_a_feature_of_one_source_is_its_own():
    made = owned(assembly(project("alpha", ["1.0"]), project("beta", ["2.0"])))
    assert made[number(texts("alpha", "1.0")[0][3])] == "alpha"


def test_what_the_background_has_too_is_nobody_s():
    shared = sentences("gnulib", 20)
    made = owned(
        assembly(
            holder("alpha", {"1": [piece("alphad", sentences("alpha", 40) + shared)]}),
            holder("~other", {"1": [piece("otherd", sentences("other", 40) + shared)]}),
        )
    )
    assert not set(made) & {number(one) for one in shared}


def test_a_library_keeps_what_others_copied():
    library = flat(texts("alpha", "1.0"))
    made = owned(
        assembly(
            project("alpha", ["1.0"]),
            holder("~other", {"1": [piece("otherd", sentences("other", 40) + library)]}),
        )
    )
    assert all(made[number(one)] == "alpha" for one in library)


def test_one_list_of_a_large_library_is_common_property():
    names = texts("alpha", "1.0", 12)[3]
    made = owned(
        assembly(
            project("alpha", ["1.0"], units=12),
            holder("~other", {"1": [piece("otherd", sentences("other", 40) + names)]}),
        )
    )
    assert not set(made) & {number(one) for one in names}
