// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.router.PermissionClass;
import com.workersql.router.RoutePlan;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.ClientSession;
import java.util.Locale;

/** What the gateway refuses to a session before it asks any shard. */
final class Refusals {
    private static final String OF_SCHEMA = "Access denied for this user to database '";

    private Refusals() {}

    /** Why a session may not run a statement; null where it may. */
    static GatewayError of(ClientSession session, StatementInfo info) {
        var loss = ofLoss(session, info);
        if (loss != null) {
            return loss;
        }
        PermissionClass needed = info.permission();
        if (!session.principal().permissions().contains(needed)) {
            return GatewayError.refused(
                    1227, "42000", "Access denied; this user lacks the permission '" + name(needed) + "'");
        }
        return null;
    }

    /** Why a session cannot run a statement behind the loss of its connection; null where it can. */
    static GatewayError ofLoss(ClientSession session, StatementInfo info) {
        if (session.transaction().isLost() && info.kind() != StatementKind.ROLLBACK) {
            var loss = Outcomes.ofLostTransaction(session, "its shard was lost; send ROLLBACK before anything else");
            if (info.kind() == StatementKind.COMMIT) {
                session.transaction().lost(false);
            }
            return loss;
        }
        return session.mustClose()
                ? GatewayError.notExecuted(
                        "The session's connection to its shard was lost, and with it what only that had; log in again")
                : null;
    }

    /** The router's refusal, which knows no accounts, in the server's words. */
    static GatewayError ofRouter(ClientSession session, RoutePlan.Refused refused) {
        String reason = refused.reason();
        return refused.errno() == 1044 && reason.startsWith(OF_SCHEMA)
                ? GatewayError.schemaDenied(
                        session.principal().user(), reason.substring(OF_SCHEMA.length(), reason.length() - 1))
                : GatewayError.refused(refused.errno(), refused.sqlState(), reason);
    }

    /** Why a client's file cannot be loaded; null where it can. */
    static GatewayError ofFile(ClientSession session, Work work) {
        byte[] sql = work.sql();
        if (sql != null && ClientFileName.isServers(sql)) {
            return null;
        }
        if (!session.capabilities().has(CapabilityFlags.CLIENT_LOCAL_FILES)) {
            return GatewayError.refused(
                    3948,
                    "42000",
                    "Loading local data is disabled; this must be enabled on both the client and server sides");
        }
        return work.fileName(session.sqlModes().noBackslashEscapes()) == null
                ? GatewayError.refused(
                        1235, "42000", "This gateway doesn't yet support 'a file whose name is no plain literal'")
                : null;
    }

    private static String name(PermissionClass permission) {
        return permission.name().toLowerCase(Locale.ROOT);
    }

    /** That a text is several statements, in the words of the door. */
    static GatewayError ofSeveral(ReplyTarget target) {
        return target instanceof SeveralReplies
                ? GatewayError.refused(
                        1064,
                        "42000",
                        "You have an error in your SQL syntax: several statements in one text, which this session does not"
                                + " allow (CLIENT_MULTI_STATEMENTS, COM_SET_OPTION)")
                : GatewayError.refused(
                        1235, "42000", "This gateway doesn't yet support 'several statements in one text'");
    }
}
