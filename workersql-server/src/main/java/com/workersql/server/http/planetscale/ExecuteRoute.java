// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.planetscale;

import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.http.Exchange;
import com.workersql.server.http.HeldAnswer;
import com.workersql.server.http.JsonBodies;
import com.workersql.server.http.LenientGate;
import com.workersql.server.http.Route;
import com.workersql.server.http.planetscale.VitessAnswer.SessionRefused;
import com.workersql.server.http.query.JsonOutput;
import com.workersql.server.http.query.QueryRequest;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.http.session.Script;
import com.workersql.server.http.session.ScriptTask;
import com.workersql.server.http.session.SessionSettings;
import com.workersql.server.http.session.StatementDesk;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.Principal;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.regex.Pattern;

/**
 * {@code Execute}: one statement whose values stand in its text. It runs in a session of its own; only where it leaves something
 * behind, a transaction or a variable, is the session kept and named by what the client sends along next time.
 */
public final class ExecuteRoute implements Route {
    private static final Pattern ROLLBACK =
            Pattern.compile("\\s*ROLLBACK(\\s+WORK)?\\s*;?\\s*", Pattern.CASE_INSENSITIVE);
    private static final Pattern BEGIN =
            Pattern.compile("\\s*(BEGIN|START\\s+TRANSACTION)\\b.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    /** What only the vendor's own service understands, and what makes no difference here. */
    private static final Pattern VENDOR = Pattern.compile(
            "\\s*(USE\\s+@(primary|replica)|SET\\s+@@(session\\.)?boost_cached_queries\\s*=\\s*\\w+)\\s*;?\\s*",
            Pattern.CASE_INSENSITIVE);

    private static final String JSON = "application/json";

    private final StatementDesk desk;
    private final LenientGate gate;
    private final SessionSettings settings;

    /**
     * The route.
     *
     * @param desk runs the statements
     * @param gate proves who asks
     * @param settings the bounds of sessions that are kept
     */
    public ExecuteRoute(StatementDesk desk, LenientGate gate, SessionSettings settings) {
        this.desk = desk;
        this.gate = gate;
        this.settings = settings;
    }

    @Override
    public void handle(Exchange exchange) {
        gate.authenticate(
                exchange,
                principal -> {
                    try {
                        JsonBodies.checkMedia(exchange.request().headers());
                        execute(
                                exchange,
                                principal,
                                desk.parser().read(exchange.body(), (parser, text) -> ExecuteRequest.read(parser)));
                    } catch (Refusal e) {
                        VitessErrors.refuse(exchange, e.error());
                    }
                },
                error -> VitessErrors.refuse(exchange, error));
    }

    /**
     * {@code CreateSession}: says that a session is there for the asking.
     *
     * @param exchange the request
     */
    public void createSession(Exchange exchange) {
        gate.authenticate(
                exchange,
                principal -> {
                    var body = exchange.channel().alloc().buffer(256);
                    JsonOutput.raw(body, "{\"branch\":\"main\",\"user\":{\"username\":");
                    JsonOutput.string(body, principal.user());
                    JsonOutput.raw(body, "},\"session\":");
                    new VitessSession(null, false, principal.database()).write(body);
                    exchange.respond(HttpResponseStatus.OK, JSON, body.writeByte('}'));
                },
                error -> VitessErrors.refuse(exchange, error));
    }

    private void execute(Exchange exchange, Principal principal, ExecuteRequest request) throws Refusal {
        if (VENDOR.matcher(request.query()).matches()) {
            answerEmpty(exchange, new VitessSession(request.token(), false, principal.database()));
        } else if (request.token() == null) {
            runFresh(exchange, principal, request);
        } else if (!desk.passOn(exchange, principal, request.token(), error -> VitessErrors.refuse(exchange, error))) {
            try {
                runKept(exchange, principal, request);
            } catch (Refusal e) {
                withoutSession(exchange, principal, request, e.error());
            }
        }
    }

    /** The session that the client speaks of is gone, or never was. */
    private void withoutSession(Exchange exchange, Principal principal, ExecuteRequest request, GatewayError error)
            throws Refusal {
        if (ROLLBACK.matcher(request.query()).matches()) {
            // There is nothing to roll back; an error here would hide from the caller the one that came before.
            answerEmpty(exchange, new VitessSession(null, false, principal.database()));
        } else if (BEGIN.matcher(request.query()).matches()) {
            runFresh(exchange, principal, request);
        } else if (error.errorClass() == ErrorClass.MISDIRECTED || error.errorClass() == ErrorClass.QUOTA) {
            throw new Refusal(error);
        } else if (desk.held().isOwn(request.token(), principal)) {
            // The rest of a transaction that is gone must not take effect by itself: it fails until ROLLBACK.
            answerError(exchange, request.token(), error);
        } else {
            throw new Refusal(Refusal.error(ErrorClass.PERMISSION, "This session is not one of this user's"));
        }
    }

    private void runFresh(Exchange exchange, Principal principal, ExecuteRequest request) throws Refusal {
        var sessions = desk.sessions();
        var session =
                sessions.openCountingFoundRows(principal, exchange.channel().eventLoop(), exchange.clientHost());
        if (session.sqlModes().noBackslashEscapes()) {
            sessions.close(session);
            throw Refusal.unsupported("The shards have sql_mode NO_BACKSLASH_ESCAPES, by which the literals that this"
                    + " protocol's clients write mean something else");
        }
        var kept = new boolean[1];
        VitessAnswer.Ending ending = failed -> {
            if (session.activity().running() != null || session.mustClose() || !sessions.isStateful(session)) {
                return new VitessSession(null, false, session.schema());
            }
            try {
                var opened = desk.held().keep(principal, session, settings.sessionLimits());
                kept[0] = true;
                return new VitessSession(opened.token(), session.transaction().isOpen(), session.schema());
            } catch (Refusal e) {
                throw new SessionRefused(e.error());
            }
        };
        var task = task(exchange, session, request, ending, false);
        sessions.onKill(session, wholeSession -> task.killed());
        task.start(session, () -> {
            if (!kept[0]) {
                sessions.close(session);
            }
        });
    }

    private void runKept(Exchange exchange, Principal principal, ExecuteRequest request) throws Refusal {
        var sessions = desk.sessions();
        desk.held().run(request.token(), principal, session -> {
            VitessAnswer.Ending ending = failed -> {
                boolean stateful =
                        session.mustClose() || session.activity().running() != null || sessions.isStateful(session);
                return new VitessSession(
                        stateful ? request.token() : null, session.transaction().isOpen(), session.schema());
            };
            return task(exchange, session, request, ending, true);
        });
    }

    private ScriptTask task(
            Exchange exchange,
            ClientSession session,
            ExecuteRequest request,
            VitessAnswer.Ending ending,
            boolean endsWithoutState) {
        var sql = new QueryRequest(request.query(), QueryRequest.Positional.NONE, 0, false, null);
        var answer = new HeldAnswer(exchange, JSON, desk.settings().heldAnswerBytes(), () -> {});
        var step = new Script.Step(sql, (output, id, clock) -> new VitessAnswer(output, clock, ending), answer);
        var script = Script.of(step, () -> endsWithoutState && !desk.sessions().isStateful(session));
        return new ScriptTask(
                exchange,
                desk.sessions(),
                desk.limits(),
                script,
                session,
                error -> answerError(exchange, request.token(), error));
    }

    private static void answerEmpty(Exchange exchange, VitessSession session) {
        var body = exchange.channel().alloc().buffer(256);
        JsonOutput.raw(body, "{\"result\":{},\"session\":");
        session.write(body);
        exchange.respond(HttpResponseStatus.OK, JSON, body.writeByte('}'));
    }

    private static void answerError(Exchange exchange, String token, GatewayError error) {
        var body = exchange.channel().alloc().buffer(256);
        JsonOutput.raw(body, "{\"session\":");
        new VitessSession(token, false, null).write(body);
        JsonOutput.raw(body, ",\"error\":");
        VitessErrors.write(body, error);
        exchange.respond(HttpResponseStatus.OK, JSON, body.writeByte('}'));
    }
}
