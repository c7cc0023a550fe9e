// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.planetscale;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.StatusFlags;
import com.workersql.server.http.TestDoor;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A transaction whose time is over: the rest of it must not take effect statement by statement. */
class EndedTransactionTest {
    private static final String EXECUTE = "/psdb.v1alpha1.Database/Execute";
    private static final Pattern SESSION = Pattern.compile("\"session\":(\\{.*?}})");

    private final TestDoor door = new TestDoor();

    @AfterEach
    void close() {
        door.close();
        assertThat(door.sessions().openCount()).isZero();
    }

    private String execute(String sql, String session) {
        int before = door.sessions().statements().size();
        door.post(EXECUTE, "{\"query\":\"" + sql + "\",\"session\":" + session + "}", "");
        if (door.sessions().statements().size() > before) {
            door.sessions().latest().reply().ok(0, 0, 0);
        }
        return door.received();
    }

    private static String session(String answer) {
        var found = SESSION.matcher(answer);
        assertThat(found.find()).as(answer).isTrue();
        return found.group(1);
    }

    private String begun() {
        door.post(EXECUTE, "{\"query\":\"BEGIN\",\"session\":null}", "");
        // What the executor would make of the shard's answer.
        var session = door.sessions().latest().session();
        session.transaction().statusFlags(StatusFlags.SERVER_STATUS_IN_TRANS | StatusFlags.SERVER_STATUS_AUTOCOMMIT);
        session.activity().running(null);
        door.sessions().latest().reply().ok(0, 0, 0);
        var answer = door.received();
        assertThat(answer).contains("\"inTransaction\":true").doesNotContain("\"error\"");
        return session(answer);
    }

    @Test
    void failsUntilRollback() {
        var session = begun();
        door.later(30_000);
        assertThat(door.sessions().openCount()).isZero();
        int ran = door.sessions().statements().size();

        for (var sql : new String[] {"INSERT INTO t VALUES (1)", "SELECT 1", "COMMIT", "UPDATE t SET a = 1"}) {
            var answer = execute(sql, session);
            assertThat(answer)
                    .as(sql)
                    .startsWith("HTTP/1.1 200 ")
                    .contains("\"error\":{")
                    .contains("\"code\":\"ABORTED\"")
                    .contains("(errno 3101) (sqlstate 40000)")
                    .doesNotContain("\"inTransaction\":true");
            session = session(answer);
        }
        assertThat(door.sessions().statements()).hasSize(ran);

        var rolledBack = execute("ROLLBACK", session);
        assertThat(rolledBack).startsWith("HTTP/1.1 200 ").doesNotContain("\"error\"");
        assertThat(execute("INSERT INTO t VALUES (2)", session(rolledBack))).doesNotContain("\"error\"");
        assertThat(door.sessions().latest().sql()).isEqualTo("INSERT INTO t VALUES (2)");
    }

    @Test
    void isFollowedByAnotherOneThatBegins() {
        var session = begun();
        door.later(30_000);

        assertThat(execute("BEGIN", session)).startsWith("HTTP/1.1 200 ").doesNotContain("\"error\"");
        assertThat(door.sessions().latest().sql()).isEqualTo("BEGIN");
    }

    @Test
    void isNobodyElsesToEnd() {
        var session = begun();

        var answer = execute("INSERT INTO t VALUES (1)", session.replaceFirst("signature\":\"..", "signature\":\"zz"));
        assertThat(answer).startsWith("HTTP/1.1 403 ").contains("\"error\":{");
        execute("ROLLBACK", session);
        door.later(700_000);
    }
}
