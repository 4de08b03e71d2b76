"""Nothing moves that should not: each fault of our own side, for real, shortened. The product's defaults: scripts/outages."""
import pytest

from lab.fleet import Fleet
from lab.outages import OUTAGES, Run
from lab.system import SHORT


@pytest.mark.parametrize("outage", OUTAGES, ids=lambda outage: outage.name)
def test_nothing_moves_but_the_server_that_died(outage):
    with Fleet(SHORT, road=outage.road) as fleet:
        fleet.bring_up()
        print(Run(outage, fleet, short=True).run())
