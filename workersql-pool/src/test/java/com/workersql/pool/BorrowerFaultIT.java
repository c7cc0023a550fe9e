// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static com.workersql.pool.PoolFixture.query;
import static com.workersql.pool.PoolFixture.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.session.ReplyKind;
import io.netty.buffer.ByteBuf;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a borrower's {@link Error} costs: its connection, of which it hears once, and not the connection's place. */
@Timeout(60)
class BorrowerFaultIT {
    @RegisterExtension
    static final SharedServer SERVER = new SharedServer();

    private static PoolFixture one() {
        return new PoolFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1), SERVER.key());
    }

    /** Throws in one of its calls and writes down all of them. */
    private static final class Failing implements ReplyListener {
        private final String in;
        private final List<String> calls = Collections.synchronizedList(new java.util.ArrayList<>());

        Failing(String in) {
            this.in = in;
        }

        private void called(String name) {
            calls.add(name);
            if (name.equals(in)) {
                throw new OutOfMemoryError("of the test");
            }
        }

        @Override
        public void onForward(ByteBuf slice) {
            slice.release();
            called("forward");
        }

        @Override
        public void onControl(ControlPacket kind, int sequenceId, ByteBuf payload) {
            called("control");
        }

        @Override
        public void onComplete(ReplyStatus status) {
            called("complete");
        }

        @Override
        public void onBroken(BrokenConnectionException e) {
            called("broken");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "control, false, broken", "forward, false, broken", "complete, false, complete",
        "control, true, broken", "forward, true, broken", "complete, true, complete"
    })
    void isHeardOfOnceAndCostsTheConnection(String in, boolean onAnotherLoop, String last) throws Exception {
        try (var f = one()) {
            run(f.loop1, f.acquire(f.loop1)::release);
            var borrower = onAnotherLoop ? f.loop2 : f.loop1;
            var connection = f.acquire(borrower);
            BlockingQueue<Throwable> heard = new LinkedBlockingQueue<>();
            var listener = new Failing(in);

            run(borrower, () -> {
                connection.onFault(heard::add);
                connection.executePayload(ReplyKind.QUERY, query("SELECT 1 UNION ALL SELECT 2"), listener);
            });

            assertThat(heard.poll(20, TimeUnit.SECONDS)).isInstanceOf(OutOfMemoryError.class);
            // The one place is free again.
            var next = f.acquire(f.loop1);
            assertThat(query(next, f.loop1, "SELECT 3").isError()).isFalse();
            run(f.loop1, next::release);
            run(borrower, () -> {});
            var calls = List.copyOf(listener.calls);
            assertThat(calls.subList(calls.indexOf(in), calls.size()))
                    .isEqualTo(in.equals(last) ? List.of(in) : List.of(in, last));
            assertThat(heard).isEmpty();
            assertThatThrownBy(() -> run(borrower, connection::release))
                    .hasCauseInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void outsideOfAListenerIsToldByTheBorrower() throws Exception {
        try (var f = one()) {
            var connection = f.acquire(f.loop1);
            BlockingQueue<Throwable> heard = new ArrayBlockingQueue<>(2);
            run(f.loop1, () -> {
                connection.onFault(cause -> {
                    heard.add(cause);
                    throw new StackOverflowError("of whoever is told");
                });
                connection.fault(new OutOfMemoryError("of the test"));
                connection.fault(new OutOfMemoryError("behind its end"));
            });

            assertThat(heard).hasSize(2);
            var next = f.acquire(f.loop1);
            run(f.loop1, next::release);
        }
    }

    @Test
    void endsTheStageOfAClientWhoseStatementItIs() throws Exception {
        try (var f = one()) {
            var client = PooledClient.builder(f.pool, f.key, f.group).build();
            var stage = client.execute("SELECT ?", new Object() {
                @Override
                public String toString() {
                    throw new OutOfMemoryError("of the test");
                }
            });

            CompletableFuture<QueryResult> result = stage.toCompletableFuture();
            assertThatThrownBy(() -> result.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseInstanceOf(OutOfMemoryError.class);
            assertThat(client.query("SELECT 4")
                            .toCompletableFuture()
                            .get(20, TimeUnit.SECONDS)
                            .singleValue())
                    .hasToString("4");
        }
    }
}
