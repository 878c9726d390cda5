// Runs after every request: what came must be what the OpenAPI document says of the operation.
const { schemas, operations } = JSON.parse(pm.collectionVariables.get("contract"));
const documented = operations[pm.variables.get("operation")];

pm.test("The status is documented", () => {
  pm.expect(Object.keys(documented)).to.include(String(pm.response.code));
});

pm.test("It has an X-Request-Id", () => {
  pm.expect(pm.response.headers.get("X-Request-Id")).to.be.a("string").and.not.equal("");
});

pm.test("The body has the documented shape", () => {
  const schema = documented[pm.response.code];
  if (schema === undefined) throw new Error(`${pm.response.code} has no documented shape`);
  if (schema === null) return pm.expect(pm.response.text()).to.equal("");
  pm.expect(pm.response.headers.get("Content-Type")).to.match(/json/);
  const shape = { allOf: [schema], components: { schemas } };
  pm.response.to.have.jsonSchema(shape, { allErrors: true, unknownFormats: "ignore" });
});
