// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import com.workersql.router.CanaryReport;
import com.workersql.server.http.Exchange;
import com.workersql.server.http.JsonBodies;
import com.workersql.server.http.query.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * {@code GET /v1/admin/policy}, {@code POST /v1/admin/policy/canary} with a policy document as its body, and {@code POST
 * /v1/admin/policy/rollback}.
 */
public final class PolicyRoutes {
    private static final int CHANGES_TOLD = 1_000;

    private final AdminDesk desk;

    /**
     * The routes.
     *
     * @param desk lets in whoever administers
     */
    public PolicyRoutes(AdminDesk desk) {
        this.desk = desk;
    }

    /**
     * Tells which policy is in force, and which were.
     *
     * @param exchange the request
     */
    public void show(Exchange exchange) {
        desk.serve(exchange, () -> () -> {
            var changes = desk.administration().policy();
            var versions = changes.versions();
            return AdminDesk.Answer.ok(AdminJson.object(json -> {
                json.writeStringField("version", changes.policy().version());
                json.writeNumberField("slotGeneration", changes.policy().slots().generation());
                json.writeArrayFieldStart("versions");
                for (var entry : versions) {
                    json.writeStartObject();
                    json.writeNumberField("number", entry.number());
                    json.writeStringField("version", entry.version());
                    json.writeStringField("since", entry.since().toString());
                    json.writeEndObject();
                }
                json.writeEndArray();
            }));
        });
    }

    /**
     * Tells what the policy of the body would do to the statements that were seen lately.
     *
     * @param exchange the request
     */
    public void canary(Exchange exchange) {
        desk.serve(exchange, () -> {
            String document = exchange.body().toString(StandardCharsets.UTF_8);
            if (document.isBlank()) {
                throw Refusal.malformed("the body must be a policy document, YAML or JSON");
            }
            return () -> {
                var report = desk.administration().policy().canary(document);
                return AdminDesk.Answer.ok(AdminJson.object(json -> write(json, report)));
            };
        });
    }

    private static void write(JsonGenerator json, CanaryReport report) throws IOException {
        json.writeStringField("before", report.diff().before());
        json.writeStringField("after", report.diff().after());
        json.writeNumberField("evaluated", report.evaluated());
        json.writeNumberField("skipped", report.skipped());
        for (var effect : CanaryReport.Effect.values()) {
            json.writeNumberField(effect.name().toLowerCase(Locale.ROOT), report.count(effect));
        }
        texts(json, "policyChanges", report.diff().changes());
        texts(json, "movedTenants", report.movedTenants());
        json.writeArrayFieldStart("statements");
        for (var change : report.changes()
                .subList(0, Math.min(CHANGES_TOLD, report.changes().size()))) {
            json.writeStartObject();
            json.writeStringField("effect", change.effect().name().toLowerCase(Locale.ROOT));
            json.writeStringField("fingerprint", change.fingerprint());
            if (change.tenant() != null) {
                json.writeStringField("tenant", change.tenant());
            }
            json.writeStringField("before", change.before());
            json.writeStringField("after", change.after());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void texts(JsonGenerator json, String name, List<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (var text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    /**
     * Puts an earlier policy in force again.
     *
     * @param exchange the request
     */
    public void rollback(Exchange exchange) {
        desk.serve(exchange, () -> {
            JsonBodies.checkMedia(exchange.request().headers());
            String version =
                    AdminJson.members(exchange.body(), List.of("version")).get("version");
            if (version == null) {
                throw Refusal.malformed("the member \"version\" is missing");
            }
            return () -> {
                String inForce = desk.administration().policy().rollback(version);
                return AdminDesk.Answer.ok(AdminJson.object(json -> json.writeStringField("version", inForce)));
            };
        });
    }
}
