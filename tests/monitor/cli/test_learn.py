"""`trueup learn`, as somebody types it, against a real target."""

from __future__ import annotations

import json

import pytest

from tests.monitor.cli.desks import DESKS, Place, at_work
from tests.monitor.cli.shops import BASELINE, ORDERS, WHAT, Shop


def test_three_good_runs_make_a_file_to_review_and_what_to_do_with_it_is_said(shop: Shop) -> None:
    done = shop.learn()

    assert (done.exit_code, shop.asked) == (0, 3)
    assert "orders: learned from 3 good runs, 6 fields: " in done.stdout
    assert "Now review and commit " in done.stdout
    assert "web" not in done.stdout
    assert shop.pin()["shape"]["$.items[*].id"] == "integer"

    again = shop.learn("orders")
    assert again.exit_code == 0
    assert "orders: still as in " in again.stdout


def test_a_target_that_is_not_well_teaches_nothing_and_which_run_failed_is_said(
    shop: Shop,
) -> None:
    shop.says = [(200, ORDERS), (503, {})]
    done = shop.learn()

    assert done.exit_code == 1
    assert "target that is not well; run 2 of 3 was not good: status 503" in done.stdout
    assert not (shop.folder / "pins").exists()


def test_a_renamed_field_is_shown_and_taken_over_only_when_asked_for(shop: Shop) -> None:
    shop.learn()
    before = shop.pin()
    shop.says = [(200, {"profile": {"name": "A. Person"}, "items": [{"id": "one"}]})]

    shown = shop.learn("orders")
    assert shown.exit_code == 1
    for line in (
        "- $.account.name: string",
        "+ $.profile.name: string",
        "~ $.items[*].id: integer → string",
        "If that is meant to be so: trueup learn orders --again",
    ):
        assert f"    {line}\n" in shown.stdout
    assert shop.pin() == before

    assert shop.learn("orders", "--again").exit_code == 0
    assert "$.profile.name" in shop.pin()["shape"]
    assert shop.learn("orders").exit_code == 0


def test_what_the_probe_passes_is_noted_and_no_difference(shop: Shop) -> None:
    shop.says = [(200, {"account": None, "items": [{"id": 1}]})]
    shop.learn()
    before = shop.pin()
    shop.says = [(200, {"account": "open", "items": [{"id": 1.5}], "total": 1})]
    shown = shop.learn("orders")

    assert shown.exit_code == 0
    assert "orders: still as in " in shown.stdout
    for line in ("~ $.account: null → string", "~ $.items[*].id: integer → number", "+ $.total: "):
        assert f"    {line}" in shown.stdout
    assert shop.pin() == before
    assert shop.learn("orders", "--again").exit_code == 0
    assert shop.pin()["shape"]["$.account"] == "string"


def test_what_varies_is_listed(shop: Shop) -> None:
    shop.says = [(200, {"users": {f"{n}x": {"name": "B"}}}) for n in range(100, 103)]

    assert "not learned: the keys of $.users, which vary from answer to" in shop.learn().stdout


def test_a_secret_among_the_keys_is_not_written_down(shop: Shop) -> None:
    secret = "kept-to-ourselves-0815"
    shop.expects(f'expect.shape = "learn"\nheaders.Authorization = "Bearer {secret}"\n')
    shop.says = [(200, {secret: 1})]
    done = shop.learn()

    assert (done.exit_code, shop.asked) == (3, 1)
    assert "orders: nothing is learned; the answer has no shape to learn" in done.stdout
    assert secret not in done.output
    assert not (shop.folder / "pins").exists()


def test_a_list_that_was_empty_is_named(shop: Shop) -> None:
    shop.says = [(200, {"items": []})]

    assert "not learned: the entries of $.items, which was empty" in shop.learn().stdout


def test_everything_is_there_for_programs(shop: Shop) -> None:
    shop.expects(f'expect.shape = "learn"\n{BASELINE}')
    shop.history(3, 3, 3, 3)
    [probe] = json.loads(shop.learn("--json").stdout)["probes"]

    assert probe["shape"]["state"] == "learned"
    assert probe["shape"]["fields"]["$.account.name"] == "string"
    assert probe["baselines"] == [
        {
            "what": WHAT,
            "good_runs": 4,
            "selects_nothing": False,
            "usual": None,
            "spread": None,
            "when": "",
        }
    ]


def test_how_much_there_usually_is_is_told_from_the_history_alone(shop: Shop) -> None:
    shop.expects(BASELINE)
    assert "still learning how many there usually are, 0 of 3 good runs" in shop.learn().stdout
    shop.history(48)
    assert "1 of 3 good runs" in shop.learn().stdout
    shop.history(50, 49)
    assert f"orders: {WHAT}: never fewer than 48 in the 3 good runs so far" in shop.learn().stdout
    assert shop.asked == 0


def test_a_path_that_never_selects_anything_is_asked_about(shop: Shop) -> None:
    shop.expects(BASELINE)
    shop.history(0, 0)
    assert shop.learn().exit_code == 0
    shop.history(0, 0)
    done = shop.learn()

    assert done.exit_code == 1
    asked = f"orders: {WHAT}: selects nothing, in 4 good runs: is the JSONPath right?"
    assert asked in done.stdout
    shop.history(1)
    assert shop.learn().exit_code == 0


def test_an_emptied_list_is_no_target_to_learn_from(shop: Shop) -> None:
    shop.expects(f'expect.shape = "learn"\n{BASELINE}')
    shop.history(48, 48, 48)
    shop.says = [(200, {"items": []})]
    done = shop.learn()

    assert done.exit_code == 1
    assert "found nothing, and there were 48 on " in done.stdout


def test_a_run_by_hand_knows_what_is_usual_too(shop: Shop) -> None:
    shop.expects(BASELINE)
    shop.says = [(200, {"items": []})]
    assert shop.trueup("once", "orders").exit_code == 0
    shop.history(48, 48, 48)
    done = shop.trueup("once", "orders")

    assert done.exit_code == 1
    assert "found nothing, and there were 48 on " in done.stdout
    shop.says = [(200, ORDERS)]
    assert shop.trueup("once", "orders").exit_code == 0


@pytest.mark.parametrize("desk", DESKS)
def test_a_baseline_begins_anew_when_somebody_says_so(shop: Shop, desk: str) -> None:
    shop.expects(BASELINE)
    shop.history(48, 48, 48)
    place = Place.__new__(Place)
    place.config, place.state = shop.folder / "probes.toml", shop.folder / "var"
    if desk == DESKS[0]:
        with at_work(place):
            done = shop.learn("orders", "--again", "--json")
    else:
        done = shop.learn("orders", "--again", "--json")

    assert done.exit_code == 0, done.output
    [probe] = json.loads(done.stdout)["probes"]
    assert (probe["forgotten_hours"], probe["baselines"][0]["good_runs"]) == (1, 0)


def test_an_emptied_list_is_no_new_beginning(shop: Shop) -> None:
    shop.expects(BASELINE)
    shop.history(48, 48, 48)
    shop.says = [(200, {"items": []})]
    done = shop.learn("orders", "--again")

    assert done.exit_code == 1
    assert "run 1 of 3 was not good: JSON $.items[*]: found nothing" in done.stdout
    assert "never fewer than 48 in the 3 good runs so far" in done.stdout


def test_what_makes_no_sense_is_refused_with_what_to_write(shop: Shop) -> None:
    idle = shop.learn("web")
    assert (idle.exit_code, shop.asked) == (2, 0)
    assert 'web: there is nothing to learn; write expect.shape = "learn"' in idle.stderr
    assert "name the probes that are to be learned anew" in shop.learn("--again").stderr
    assert shop.learn("--runs", "2").exit_code == 2
    assert "did you mean orders?" in shop.learn("order").stderr


def test_a_folder_that_cannot_be_written_is_our_own_trouble(shop: Shop) -> None:
    (shop.folder / "pins").write_text("a file where the folder should be")
    done = shop.learn()

    assert done.exit_code == 3
    assert "writable" in done.stdout
