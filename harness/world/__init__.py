"""The outside world: fake upstream services, standard library only.

In a test, in-process; every wait has a limit, scaled by WORKSHOP_TIMEOUT_SCALE:

    with World() as world:
        hold = world.sites.hold("/delay/*")
        ...start the program under test on world.sites.url...
        hold.wait_for(4)                       # 4 wait here at once, or WorldTimeout
        assert world.sites.in_flight == 4
        hold.release([3, 1, "/delay/2"])       # answered in this order
        hold.release_all()                     # later ones are held again,
        hold.lift()                            # until the rule ends
        world.sites.fault("/delay/*", "status", code=503, times=2)
        world.sites.wait_for(finished=4, abandoned=0)
        world.sites.requests[0].headers["User-Agent"]
        world.rates.rates["USD"] = Decimal("1.10000000000000000001")
        order = world.orders.add([[item, item], [item]])
        world.orders.delay = 0
        world.rates.delay = 0.1
        world.jokes.jokes = ["Knock, knock."]
        world.telephony.person("+15550102", "busy")
        world.telephony.calls[0].said          # what was heard; see telephony.py
        world.telephony.steps.hold("*/ring")   # phones ring until released
        world.telephony.webhooks.fault("*/call.answered", "duplicate", copies=3)
        world.reset()                          # rules, counts, rates, ...: all as new
        world.refused_url                      # where nobody listens
        world.environment                      # {"SITES_URL": world.sites.url, ...}

Each stage's tests have such a world: the fixture `world` (harness/plugin.py).

A hold says when a request is answered: instead of the service's delay, when it is
released. A fault says how: it comes once the request is whole, and released if held.
Requests that are malformed get their error and are not counted. A client that closes, or
shuts down its sending side, before its answer is complete has abandoned the request.

`make world` runs the same for a class without internet, at ports 8100 (sites), 8101
(control), 8102 (rates), 8103 (orders), 8104 (jokes) and 8105 (telephony): where programs
look that have no SITES_URL, RATES_URL, ORDERS_URL, JOKES_URL, TELEPHONY_URL in their
environment. `make world PORT=9100` begins at another port. It prints a line for each thing
that a telephone does, and the public key that proves the telephony's webhooks.
The control service then does what a test does, in JSON, with S the name of a service:

    GET    /                       this text
    GET    /services               {"sites": "http://127.0.0.1:8100", ...}
    POST   /S/holds                {"pattern": "/delay/*", "times": null}    201, a rule
    POST   /S/faults               {"pattern": "/*", "name": "status", "times": 2,
                                    "options": {"code": 503}}                201, a rule
    GET    /S/rules                [rule, ...]
    GET    /S/rules/ID             {"id": 1, "pattern": ..., "times": ..., "taken": 4,
                                    "held": [{"number": 0, "path": ..., ...}, ...]}
    GET    /S/rules/ID/wait        ?count=4&limit=10    the rule once 4 wait; else 504
    POST   /S/rules/ID/release     {"order": [3, 1, "/delay/2"]}, {"count": 1}, or {}: all
                                    {"released": [3, 1, 0]}
    DELETE /S/rules/ID             ends the rule and releases all
    GET    /S/counts               {"arrived": 4, "in_flight": 2, "most_in_flight": 3,
                                    "finished": 1, "abandoned": 1}
    GET    /S/counts/wait          ?finished=4&in_flight=0&limit=10    as above; else 504
    GET    /S/requests             [{"arrival": 0, "connection": 0, "method": "GET",
                                     "path": ..., "query": ..., "headers": ...,
                                     "body": ...}, ...]
    POST   /S/reset                one service as new
    POST   /reset                  all services as new
    POST   /telephony/people       {"number": "+15550102", "manner": "busy"}
    GET    /telephony/calls        [{"to": "+15550102", "state": "ended", ...}, ...]

S may also be `steps` (of calls: a hold on "*/ring" lets phones ring until it is released)
or `webhooks` (which go out: held or broken under /NUMBER/EVENT, as "*/call.answered").

Errors are {"error": "one line"} with 400, 404, 405, or 504 for a wait past its limit.

Where things are: http1.py (requests and answers), rules.py (holds, faults, counts),
faults.py (the table of faults), service.py (the base of a service), sites.py, rates.py,
orders.py, jokes.py, telephony.py and control.py (services), webhooks.py, webhook_faults.py
and ed25519.py (how telephony tells programs of calls), jsontext.py (JSON to the digit),
watch.py (waiting), limits.py (every maximum), world.py (lifetime).
"""

from .faults import FAULTS
from .http1 import Request, Response
from .jsontext import RawJson
from .rules import Counts, Fault, Hold
from .service import Service, route
from .watch import WorldError, WorldTimeout
from .world import World

__all__ = [
    "FAULTS",
    "Counts",
    "Fault",
    "Hold",
    "RawJson",
    "Request",
    "Response",
    "Service",
    "World",
    "WorldError",
    "WorldTimeout",
    "route",
]
