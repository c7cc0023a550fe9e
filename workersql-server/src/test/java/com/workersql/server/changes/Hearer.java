// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.binlog.ColumnValue;
import com.workersql.server.error.GatewayError;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A subscriber that notes what it hears, as texts. */
final class Hearer implements ChangeListener {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final EventLoop loop;
    private final Subscription subscription;
    private volatile String position;

    Hearer(FeedFixture fixture, GatewayChanges changes, String table, String from, int credit) {
        this(fixture.loop(), changes, FeedFixture.table(table), from, credit);
    }

    Hearer(EventLoop loop, GatewayChanges changes, Interest interest, String from, int credit) {
        this.loop = loop;
        subscription = changes.subscribe(interest, from, this, loop);
        if (credit > 0) {
            request(credit);
        }
    }

    void request(int credit) {
        loop.execute(() -> subscription.request(credit));
    }

    void close() {
        loop.execute(subscription::close);
    }

    /** Where it is; null when it cannot go on from anywhere. */
    String position() {
        return position;
    }

    /** What it has heard and nobody has asked for. */
    List<String> rest() {
        return List.copyOf(heard);
    }

    @Override
    public void started(ResumePoint point) {
        position = point.token();
        heard.add("started");
    }

    @Override
    public void changed(ChangeEvent event, ResumePoint point) {
        position = point.token();
        ColumnValue id = event.change().after().get(0);
        heard.add(event.kind() + " " + id.text());
    }

    @Override
    public void advanced(ResumePoint point) {
        position = point.token();
    }

    @Override
    public void lost(Loss loss, ResumePoint point) {
        position = point == null ? null : point.token();
        heard.add("lost " + loss.kind());
    }

    @Override
    public void failed(GatewayError error) {
        heard.add("failed " + error.errno());
    }

    String next() throws InterruptedException {
        var next = heard.poll(30, TimeUnit.SECONDS);
        assertThat(next).as("something within 30 s").isNotNull();
        return next;
    }

    List<String> next(int count) throws InterruptedException {
        var all = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            all.add(next());
        }
        return all;
    }

    Hearer begun() throws InterruptedException {
        assertThat(next()).isEqualTo("started");
        return this;
    }
}
