"""Exchange rates to the euro, in the manner of the public services.

    /latest?base=EUR&symbols=USD,GBP    {"base": "EUR", "date": "2026-11-20",
                                         "rates": {"USD": 1.22, "GBP": 0.884}}

Without `symbols`: all; without `base`: the euro. `access_key` is taken, not looked at.
A currency that is not in the table is told as the older service tells it, with status 200
and {"success": false, "error": {"code": 202, "type": "invalid_currency_codes",
"info": "..."}}; for the base 201, invalid_base_currency.
"""

from __future__ import annotations

import datetime
from decimal import Context, Decimal
from typing import Any

from .http1 import Request, Response
from .service import JsonService, route

RATES = {
    "EUR": "1",
    "USD": "1.22",
    "GBP": "0.884",
    "JPY": "131.65",
    "CHF": "1.0957",
    "BRL": "6.4125",
    "SEK": "10.139",
    "NOK": "10.2145",
    "DKK": "7.4363",
    "PLN": "4.4718",
    "CZK": "25.505",
    "HUF": "353.61",
    "TRY": "10.2846",
    "CAD": "1.4719",
    "AUD": "1.5737",
    "NZD": "1.6862",
    "CNY": "7.8391",
    "INR": "88.9135",
    "KRW": "1376.35",
    "SGD": "1.6209",
    "MXN": "24.219",
}
SIX_DIGITS = Context(prec=6, traps=[])  # no traps: tests put strange rates into the table


class Rates(JsonService):
    """The exchange rates. `rates` is the table: one euro is so much of each currency.
    `delay` is the seconds that each answer takes.

    A test may change both, until reset(); a rate may be any value that is JSON, a Decimal
    (sent with all its digits) or a RawJson (sent as it stands).
    """

    name = "rates"

    def __init__(self) -> None:
        super().__init__()
        self._restore()

    def reset(self) -> None:
        """The table and the delay are as they were, too."""
        super().reset()
        self._restore()

    @route("GET", "/latest")
    def latest(self, request: Request) -> Response:
        """The rates of some currencies, or of all."""
        base = request.query.get("base") or "EUR"
        table = dict(self.rates)
        symbols = (request.query.get("symbols") or ",".join(table)).split(",")
        if base not in table:
            return failure(201, "invalid_base_currency", f"there is no currency {base!r}")
        if unknown := [symbol for symbol in symbols if symbol not in table]:
            info = f"there is no currency {unknown[0]!r}"
            return failure(202, "invalid_currency_codes", info)
        rates = {symbol: table[symbol] for symbol in symbols}
        if base != "EUR":
            rates = {name: cross(rate, table[base]) for name, rate in rates.items()}
        today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
        answer = {"base": base, "date": today, "rates": rates}
        return Response.json(answer, delay=self.delay)

    def _restore(self) -> None:
        self.rates = starting_rates()
        self.delay = 0.0


def starting_rates() -> dict[str, Any]:
    """A fresh table."""
    return {currency: Decimal(rate) for currency, rate in RATES.items()}


def cross(rate: Any, base: Any) -> Any:
    """What one `base` is worth, to six digits; what is no number stays as it is."""
    if not all(type(value) in (int, float, Decimal) for value in (rate, base)):
        return rate
    return SIX_DIGITS.divide(Decimal(str(rate)), Decimal(str(base)))


def failure(code: int, kind: str, info: str) -> Response:
    """The older service's way to say no."""
    error = {"code": code, "type": kind, "info": info}
    return Response.json({"success": False, "error": error})
