// The relayer takes a step first: in a run of the collection the request is sent again until it has.
const PATIENCE = 60;
const tries = Number(pm.variables.get("tries") ?? 0) + 1;
if (pm.response.code === 409 && pm.response.json().code === AWAITED && tries < PATIENCE) {
  pm.variables.set("tries", tries);
  pm.execution.setNextRequest(pm.info.requestId);
  setTimeout(() => {}, 1_000);
} else {
  pm.variables.unset("tries");
}
