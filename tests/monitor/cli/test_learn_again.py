"""`trueup learn --again` in the middle of an outage: what is broken is no new beginning."""

from __future__ import annotations

from tests.monitor.cli.shops import Shop


def test_a_list_that_is_empty_now_is_no_new_shape(shop: Shop) -> None:
    shop.learn()
    before = shop.pin()
    shop.says = [(200, {"profile": {"name": "A. Person"}, "items": []})]
    done = shop.learn("orders", "--again")

    assert done.exit_code == 1
    assert "stays as it is: $.items had entries and is empty now; nothing is" in done.stdout
    assert "    - $.account.name: string\n" in done.stdout
    assert shop.pin() == before


def test_what_is_answered_during_an_incident_is_no_new_shape(shop: Shop) -> None:
    shop.learn()
    before = shop.pin()
    shop.says = [(200, {"profile": {"name": "A. Person"}, "items": [{"id": 1}]})]
    number = shop.incident()
    done = shop.learn("orders", "--again")

    assert done.exit_code == 1
    assert f"stays as it is: incident {number} is still open; nothing is" in done.stdout
    assert "    + $.profile.name: string\n" in done.stdout
    assert shop.pin() == before

    shop.incident(over=True)
    assert shop.learn("orders", "--again").exit_code == 0
    assert "$.profile.name" in shop.pin()["shape"]


def test_a_pin_that_was_removed_is_learned_even_then(shop: Shop) -> None:
    shop.learn()
    shop.incident()
    (shop.folder / "pins" / "orders.json").unlink()
    shop.says = [(200, {"profile": {"name": "A. Person"}})]

    assert shop.learn("orders").exit_code == 0
    assert "$.profile.name" in shop.pin()["shape"]
