"""An API server that dies, hangs, forgets everything or refuses a login: told there and nowhere else, and overcome."""

import asyncio

import pytest

from tests.e2e.ownregion import OwnRegion
from tests.e2e.watching import ref, watching
from tui.model.changes import Phase
from tui.model.health import State
from tui.model.intent import Step, Verb

pytestmark = pytest.mark.ours


async def test_a_killed_api_server_is_stale_there_only_and_comes_back(regions: tuple[OwnRegion, OwnRegion]) -> None:
    eu, us = regions
    async with watching(eu, us) as watch:
        eu.kill_api()
        await watch.until_phase(eu, Phase.STALE)
        assert watch.phase(us) is Phase.LIVE
        assert watch.picture.get(ref(eu, "infra")) is not None, "old rows stay"
        assert (await watch.ask(Verb.RECONCILE, ref(us, "infra"))).step is Step.READY
        refused = await watch.ask(Verb.RECONCILE, ref(eu, "infra"))
        assert refused.step is Step.REFUSED, refused.message
        await asyncio.to_thread(eu.start_api)
        await watch.until_phase(eu, Phase.LIVE)
        assert (await watch.ask(Verb.RECONCILE, ref(eu, "infra"))).step is Step.READY


async def test_an_api_server_that_hangs_slows_no_other(regions: tuple[OwnRegion, OwnRegion]) -> None:
    eu, us = regions
    async with watching(eu, us) as watch:
        eu.freeze()
        try:
            begun = asyncio.get_running_loop().time()
            assert (await watch.ask(Verb.RECONCILE, ref(us, "infra"))).step is Step.READY
            assert asyncio.get_running_loop().time() - begun < 15
        finally:
            eu.thaw()
        await watch.until_phase(eu, Phase.LIVE)
        assert (await watch.ask(Verb.RECONCILE, ref(eu, "infra"))).step is Step.READY


async def test_a_revoked_token_needs_a_login_until_it_is_good_again(own: OwnRegion) -> None:
    async with watching(own, kubeconfig=own.kubeconfig_of("adminB")) as watch:
        await asyncio.to_thread(own.revoke)
        await watch.until_phase(own, Phase.LOGIN)
        assert "log in" in watch.picture.statuses[own.name].message
        await asyncio.to_thread(own.unrevoke)
        watch.session.retry(own.name)
        await watch.until_phase(own, Phase.LIVE)


async def test_a_controller_that_is_down_is_named_when_it_is_missed(own: OwnRegion) -> None:
    own.stop("kustomize-controller")
    try:
        async with watching(own) as watch:
            watch.session.ask(Verb.RECONCILE, [watch.get(ref(own, "infra"))])
            outcomes = watch.picture.outcomes
            await watch.until("the request to be sent", lambda: ref(own, "infra") in outcomes)
            await asyncio.to_thread(lambda: own.get("Kustomization", "infra"))
            assert outcomes[ref(own, "infra")].step is Step.ASKED, "nobody can have handled it"
            own.start("kustomize-controller")
            await watch.until("it to be handled", lambda: outcomes[ref(own, "infra")].step is Step.READY, 60)
    finally:
        own.start("kustomize-controller")


async def test_an_api_server_with_an_empty_etcd(own: OwnRegion) -> None:
    async with watching(own) as watch:
        old = watch.get(ref(own, "infra")).metadata.uid
        await asyncio.to_thread(own.wipe)
        await watch.until("no ghosts", lambda: watch.picture.total(own.name) == 0, 120)
        await watch.until_phase(own, Phase.ABSENT, 120)
        await asyncio.to_thread(own.furnish)
        await watch.until_phase(own, Phase.LIVE, 120)
        await watch.until_state(ref(own, "tenants"), State.READY, 120)
        assert watch.get(ref(own, "infra")).metadata.uid != old
