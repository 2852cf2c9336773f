"""What the sales book leaves out: the people at the accounts, and what is done with them."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from app.access.actors import Actor
from app.records import changes, registry
from local import book

FIRST = ("Anna", "Ben", "Carla", "David", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jonas")
LAST = ("Adler", "Berg", "Costa", "Dahl", "Evans", "Fischer", "Garcia", "Hansen", "Ito", "Keller")
HAN_FAMILY = ("王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周")
HAN_GIVEN = ("伟", "芳", "娜", "敏", "静", "小明", "建国", "丽华", "志强", "怡君")
TITLES = ("Buyer", "Head of purchasing", "IT manager", "CFO", "Operations manager", "采购总监")
CITIES = (("杭州", "浙江"), ("上海", "上海"), ("深圳", "广东"), ("臺北", "臺灣"), ("成都", "四川"))
TRADES = ("software", "retail", "medical", "marketing", "finance")
OWN_NAMES = ("云启科技", "晨星设计", "海蓝贸易", "星河软件", "远航物流", "明德教育", "和光医疗")
TASKS = ("Send the offer", "Ask for the budget", "Prepare the demonstration", "约客户吃饭")
TALKS = ("Talked about prices", "Wants a demonstration next week", "客户希望下周安排产品演示")
NOTES = (
    "Decides with the CFO.",
    "预算今年第四季度才能批准，决策人是财务总监。",
    "Uses a rival's box.",
)
CHINESE_ACCOUNTS = 40
ACTIVITIES = 160


def tell(actor: Actor) -> None:
    """Chinese accounts, contacts everywhere, activities around today."""
    chance = random.Random(2026)  # noqa: S311 (a demo, the same each time)
    accounts = registry.get("accounts")
    if not accounts.queryset(actor).filter(external_id__startswith="demo-").exists():
        write("accounts", [chinese_account(n, chance) for n in range(CHINESE_ACCOUNTS)], actor)
    if not registry.get("contacts").queryset(actor).exists():
        found = accounts.queryset(actor).order_by("pk").values_list("pk", "name", "country")
        rows = [contact(n, one, chance) for n, one in enumerate([*found, *found])]
        write("contacts", rows, actor)
    price_open_deals(actor, chance)
    if not registry.get("activities").queryset(actor).exists():
        tell_activities(actor, chance)


def write(slug: str, rows: list[dict[str, Any]], actor: Actor) -> None:
    """Write rows that must all be right."""
    result = changes.create_many(registry.get(slug), rows, actor=actor, origin="demo")
    errors = [one.errors for one in result.outcomes if one.errors]
    if errors:
        raise RuntimeError(f"{slug}: {errors[0]}")


def price_open_deals(actor: Actor, chance: random.Random) -> None:
    """Open deals have no amount in the book: what they may bring, and when, is guessed."""
    deals = registry.get("deals")
    found = deals.queryset(actor).filter(status="open", amount=None, product__price__gt=0)
    rows = [
        {
            "id": pk,
            "amount": int(price * chance.randint(80, 120) / 100),
            "close_date": timezone.localdate() + timedelta(days=chance.randint(3, 100)),
        }
        for pk, price in found.order_by("pk").values_list("pk", "product__price")
    ]
    result = changes.update_many(deals, rows, actor=actor, origin="demo")
    if any(one.errors for one in result.outcomes):
        raise RuntimeError("An open deal could not be priced.")


def chinese_account(number: int, chance: random.Random) -> dict[str, Any]:
    """A company with a Chinese name, tax block filled."""
    city, state = CITIES[number % len(CITIES)]
    names = chinese_names()
    name = names[number * 7 % len(names)]
    return {
        "name": f"{city}{name}有限公司",
        "external_id": f"demo-{number:03}",
        "category": chance.choice(("prospect", "customer", "partner")),
        "industry": chance.choice(TRADES),
        "employees": chance.randint(5, 900),
        "city": city,
        "state": state,
        "country": "China",
        "invoice_title": f"{city}{name}有限公司",
        "tax_number": f"9133{chance.randint(10**13, 10**14 - 1)}",
        "bank_name": "中国工商银行",
        "bank_account": str(chance.randint(10**18, 10**19 - 1)),
    }


def chinese_names() -> list[str]:
    """Short names of companies: published ones where they lie beside the project, else ours."""
    folder = book.shared_folder()
    if folder is None:
        return list(OWN_NAMES)
    text = (folder / "chinese" / "company_short_names_first_5000.txt").read_text("utf-8-sig")
    return [line.strip() for line in text.splitlines()[3:] if 2 <= len(line.strip()) <= 4][:300]


def contact(number: int, account: tuple[int, str, str], chance: random.Random) -> dict[str, Any]:
    """Somebody who works at the account."""
    pk, company, country = account
    if country == "China":
        name = chance.choice(HAN_FAMILY) + chance.choice(HAN_GIVEN)
        address = f"contact{number}@example.cn"
    else:
        name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
        host = "".join(char for char in company.lower() if char.isalnum())
        address = f"{name.lower().replace(' ', '.')}{number}@{host}.example"
    return {
        "name": name,
        "account_id": pk,
        "job_title": chance.choice(TITLES),
        "email": address,
        "phone": f"+86 571 {chance.randint(8000, 8999)} {chance.randint(1000, 9999)}",
        "country": country,
    }


def tell_activities(actor: Actor, chance: random.Random) -> None:
    """Tasks ahead and overdue, calls and notes behind, on open deals of all owners."""
    deals = list(
        registry.get("deals")
        .queryset(actor)
        .filter(status="open", account__isnull=False)
        .order_by("-engaged_on", "pk")
        .values_list("pk", "account_id", "owner_id")[: ACTIVITIES * 2]
    )
    mine = [deal for deal in deals if deal[2] == actor.user_id]
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    rows = []
    for number in range(ACTIVITIES):
        deal = chance.choice(mine if mine and number % 4 == 0 else deals)
        rows.append(activity(number, deal, now, chance))
    write("activities", rows, actor)


def activity(
    number: int, deal: tuple[int, int, int], now: datetime, chance: random.Random
) -> dict[str, Any]:
    """One thing done or to be done about a deal."""
    pk, account, owner = deal
    links = [{"entity": "deals", "id": pk}, {"entity": "accounts", "id": account}]
    when = now + timedelta(days=chance.randint(-20, 0), hours=chance.randint(-5, 5))
    row: dict[str, Any] = {"owner_id": owner, "links": links}
    kind = ("task", "task", "call", "note", "meeting")[number % 5]
    if kind == "task":
        due = now + timedelta(days=chance.randint(-3, 12))
        return row | {"type": kind, "name": chance.choice(TASKS), "due_at": due}
    if kind == "note":
        return row | {"type": kind, "name": "Note", "plan": chance.choice(NOTES)}
    talk = {"name": chance.choice(TALKS), "starts_at": when, "status": "done"}
    return row | talk | {"type": kind, "result": chance.choice(NOTES)}
