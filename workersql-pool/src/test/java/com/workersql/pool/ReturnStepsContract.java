// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static com.workersql.pool.PoolFixture.run;
import static com.workersql.pool.PoolFixture.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.protocol.testing.ForgetfulProxy;
import com.workersql.protocol.testing.ForgetfulProxy.Said;
import io.netty.buffer.Unpooled;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The next borrower of a connection is told what it would be told on a new one; and it would not be, were any step left out by which
 * the connection comes back.
 */
abstract class ReturnStepsContract {
    private static final PoolConfig.Builder CONFIG = PoolConfig.builder().maxConnectionsPerEndpoint(1);

    /** A step of the recipe. */
    enum Step {
        RESET,
        SETUP,
        /** Only where a reset leaves the server's own in the place of the handshake's. */
        NAMES,
        INIT_DB,
        /** Only the one that turns several statements in a text off again. */
        SET_OPTION,
        /** Left out by the borrower who knows of the reason. */
        DISCARD;

        boolean is(Said said) {
            return switch (this) {
                case RESET -> said.code() == Command.COM_RESET_CONNECTION;
                case SETUP -> said.again() && said.text().equals(CONFIG.build().setupStatement());
                case NAMES -> said.text().matches("SET NAMES .* COLLATE .*");
                case INIT_DB -> said.code() == Command.COM_INIT_DB;
                case SET_OPTION ->
                    said.code() == Command.COM_SET_OPTION && said.text().charAt(0) == 1;
                case DISCARD -> false;
            };
        }
    }

    /** How a borrower gives back what it has changed. */
    private enum Return {
        RELEASE,
        AFTER_RESET,
        DISCARD_NEEDED
    }

    /** What a borrower leaves behind, and what would tell the next one of it. */
    private record Bout(String name, List<String> left, Return given, String probe) {}

    private static final List<Bout> BOUTS = List.of(
            new Bout(
                    "open transaction",
                    List.of("BEGIN", "INSERT INTO steps_t VALUES (1)"),
                    Return.RELEASE,
                    "SELECT COUNT(*) FROM pool_app.steps_t"),
            new Bout("user variable", List.of("SET @a = 1"), Return.AFTER_RESET, "SELECT @a"),
            new Bout("session tracking", List.of(), Return.AFTER_RESET, "SET sql_select_limit = 9"),
            new Bout("names", List.of("SET NAMES latin1"), Return.AFTER_RESET, "SELECT @@collation_connection"),
            new Bout("schema", List.of("USE information_schema"), Return.AFTER_RESET, "SELECT DATABASE()"),
            new Bout("option", List.of("COM_SET_OPTION"), Return.RELEASE, "SELECT 1; SELECT 2"),
            new Bout("role", List.of("SET ROLE pool_role"), Return.DISCARD_NEEDED, "SELECT CURRENT_ROLE()"));

    private final PoolKey direct;
    private final ForgetfulProxy proxy;
    private final PoolKey key;

    ReturnStepsContract(PoolKey direct) throws Exception {
        this.direct = direct;
        this.proxy = new ForgetfulProxy(direct.endpoint().port());
        this.key = new PoolKey(
                new Endpoint("127.0.0.1", proxy.port()),
                direct.account(),
                direct.tenant(),
                direct.capabilities().without(CapabilityFlags.CLIENT_MULTI_STATEMENTS),
                direct.tls(),
                direct.collation());
    }

    /** Whether a reset leaves the handshake's character sets. */
    abstract boolean resetsToHandshakesNames();

    @BeforeEach
    void makeTable() throws Exception {
        try (var f = new PoolFixture(CONFIG, direct)) {
            var connection = f.acquire(f.loop1);
            PoolFixture.query(connection, f.loop1, "CREATE TABLE IF NOT EXISTS steps_t (id INT PRIMARY KEY)");
            run(f.loop1, connection::release);
        }
    }

    @AfterEach
    void closeProxy() throws Exception {
        proxy.close();
    }

    @Test
    void theNextBorrowerIsToldWhatItWouldBeToldOnANewConnection() throws Exception {
        assertThat(told(null)).isEqualTo(toldOnNewOnes());
    }

    @ParameterizedTest
    @EnumSource
    void eachStepIsMissedWhenItIsLeftOut(Step step) throws Exception {
        assumeTrue(step != Step.NAMES || !resetsToHandshakesNames(), "this server brings them back by itself");
        assertThat(told(step)).isNotEqualTo(toldOnNewOnes());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTransactionThatIsStillOpenBehindAllStepsIsNotHandedOn(boolean withoutReset) throws Exception {
        var told = told(said -> said.text().equals("ROLLBACK") || (withoutReset && Step.RESET.is(said)), null);
        assertThat(told.get("open transaction")).isEqualTo(toldOnNewOnes().get("open transaction"));
    }

    private Map<String, String> toldOnNewOnes() throws Exception {
        proxy.forget(said -> false);
        var told = new LinkedHashMap<String, String>();
        try (var f = new PoolFixture(CONFIG, key)) {
            for (var bout : BOUTS) {
                told.put(bout.name(), look(f, bout.probe()));
            }
        }
        return told;
    }

    private Map<String, String> told(Step forgotten) throws Exception {
        return told(said -> forgotten != null && forgotten.is(said), forgotten);
    }

    private Map<String, String> told(Predicate<Said> lost, Step forgotten) throws Exception {
        proxy.forget(lost);
        var told = new LinkedHashMap<String, String>();
        try (var f = new PoolFixture(CONFIG, key)) {
            for (var bout : BOUTS) {
                leave(f, bout, forgotten);
                told.put(bout.name(), look(f, bout.probe()));
            }
        }
        return told;
    }

    private static void leave(PoolFixture f, Bout bout, Step forgotten) throws Exception {
        var connection = f.acquire(f.loop1);
        for (var sql : bout.left()) {
            if (sql.equals("COM_SET_OPTION")) {
                var option = Unpooled.buffer().writeByte(Command.COM_SET_OPTION).writeShortLE(0);
                start(connection, f.loop1, ReplyKind.OK_ONLY, option).await();
            } else {
                assertThat(PoolFixture.query(connection, f.loop1, sql).errno())
                        .as(sql)
                        .isZero();
            }
        }
        run(f.loop1, () -> {
            if (bout.given() == Return.RELEASE) {
                connection.release();
                return;
            }
            if (bout.given() == Return.DISCARD_NEEDED && forgotten != Step.DISCARD) {
                connection.state().discardNeeded(bout.name());
            }
            connection.releaseAfterReset();
        });
    }

    /** What the next borrower is told, whose connection nobody gets then. */
    private static String look(PoolFixture f, String probe) throws Exception {
        var connection = f.acquire(f.loop1);
        var reply = start(connection, f.loop1, probe);
        var status = reply.await();
        run(f.loop1, () -> connection.discard("its state is of no interest"));
        return reply.text + " " + status.errno() + " " + status.changes().variables();
    }
}
