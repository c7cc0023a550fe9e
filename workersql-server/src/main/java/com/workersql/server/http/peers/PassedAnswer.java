// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.peers;

import com.workersql.server.http.Exchange;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The answer of another gateway on its way to the client, part by part: no more is asked for than the client reads. Confined to the
 * exchange's event loop, to which what the HTTP client calls is handed over.
 */
final class PassedAnswer implements HttpResponse.BodyHandler<Void> {
    /** What an answer says of itself besides its type; the rest is this gateway's to say. */
    private static final List<String> HEADERS = List.of("retry-after", "www-authenticate");

    private final Exchange exchange;
    private final int silenceMillis;
    private final Consumer<Throwable> unanswered;
    private CompletableFuture<?> call;
    private Flow.Subscription parts;
    private boolean began;
    private boolean asked;
    private ScheduledFuture<?> silence;

    /**
     * @param silenceMillis how long the next part may take
     * @param unanswered answers the client when the call failed before the answer began
     */
    PassedAnswer(Exchange exchange, int silenceMillis, Consumer<Throwable> unanswered) {
        this.exchange = exchange;
        this.silenceMillis = silenceMillis;
        this.unanswered = unanswered;
    }

    /** Tells the client when the call fails, and breaks it off when the client goes, so that the statement ends there. */
    void follow(CompletableFuture<?> response) {
        call = response;
        exchange.onGone(this::cancel);
        exchange.onWritability(writable -> ask());
        var unused = response.whenComplete((done, failure) -> {
            if (failure != null) {
                onLoop(() -> fail(failure));
            }
        });
    }

    private void onLoop(Runnable step) {
        exchange.channel().eventLoop().execute(step);
    }

    @Override
    public HttpResponse.BodySubscriber<Void> apply(HttpResponse.ResponseInfo head) {
        onLoop(() -> begin(head));
        return HttpResponse.BodySubscribers.fromSubscriber(new Flow.Subscriber<List<ByteBuffer>>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                onLoop(() -> {
                    parts = subscription;
                    ask();
                });
            }

            @Override
            public void onNext(List<ByteBuffer> buffers) {
                onLoop(() -> take(buffers));
            }

            @Override
            public void onError(Throwable failure) {
                // The call itself fails by it as well.
            }

            @Override
            public void onComplete() {
                onLoop(() -> {
                    heard();
                    exchange.end(Unpooled.EMPTY_BUFFER);
                });
            }
        });
    }

    private void begin(HttpResponse.ResponseInfo head) {
        began = true;
        for (var name : HEADERS) {
            head.headers().allValues(name).forEach(value -> exchange.header(name, value));
        }
        exchange.timing("peer");
        exchange.begin(
                HttpResponseStatus.valueOf(head.statusCode()),
                head.headers().firstValue("content-type").orElse(null));
    }

    private void ask() {
        if (parts == null || asked || exchange.isOver() || !exchange.isWritable()) {
            return;
        }
        asked = true;
        silence = exchange.channel()
                .eventLoop()
                .schedule(
                        () -> {
                            cancel();
                            fail(new HttpTimeoutException("it was silent for " + silenceMillis + " ms"));
                        },
                        silenceMillis,
                        TimeUnit.MILLISECONDS);
        parts.request(1);
    }

    private void take(List<ByteBuffer> buffers) {
        heard();
        // From here on the buffers are nobody else's.
        exchange.write(Unpooled.wrappedBuffer(buffers.toArray(ByteBuffer[]::new)));
        ask();
    }

    private void heard() {
        asked = false;
        if (silence != null) {
            silence.cancel(false);
        }
    }

    private void cancel() {
        heard();
        call.cancel(true);
        if (parts != null) {
            parts.cancel();
        }
    }

    private void fail(Throwable failure) {
        heard();
        if (began) {
            exchange.abort(Unpooled.EMPTY_BUFFER);
        } else {
            unanswered.accept(failure);
        }
    }
}
