// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.cli;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import com.workersql.server.config.LoggingConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sets up the log of this process: standard error, one line for each event, written by a thread of its own. */
final class Logging {
    /**
     * The events that may wait to be written, so that a terminal that does not take them stops no event loop. Beyond it they are
     * lost.
     */
    private static final int QUEUE_EVENTS = 4_096;

    private Logging() {}

    static void configure(LoggingConfig config) {
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        var console = new ConsoleAppender<ILoggingEvent>();
        console.setContext(context);
        console.setName("console");
        console.setTarget("System.err");
        console.setEncoder(encoder(context, config.format()));
        console.start();
        var queue = new AsyncAppender();
        queue.setContext(context);
        queue.setName("queue");
        queue.setQueueSize(QUEUE_EVENTS);
        queue.setDiscardingThreshold(0);
        queue.setNeverBlock(true);
        queue.addAppender(console);
        queue.start();
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(queue);
        // The libraries say what is wrong; what has changed is for the gateway to say.
        context.getLogger("com.workersql").setLevel(Level.toLevel(config.level().name()));
        if (config.level() == LoggingConfig.Level.ERROR) {
            root.setLevel(Level.ERROR);
        }
    }

    /** Writes what waits, then ends. */
    static void stop() {
        ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
    }

    private static Encoder<ILoggingEvent> encoder(LoggerContext context, LoggingConfig.Format format) {
        if (format == LoggingConfig.Format.JSON) {
            var json = new JsonEncoder();
            json.setContext(context);
            json.setWithSequenceNumber(false);
            json.setWithNanoseconds(false);
            json.setWithContext(false);
            json.setWithMessage(false);
            json.setWithArguments(false);
            json.setWithFormattedMessage(true);
            json.start();
            return json;
        }
        var layout = new TextLayout();
        layout.setContext(context);
        layout.start();
        var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
        encoder.setContext(context);
        encoder.setLayout(layout);
        encoder.start();
        return encoder;
    }
}
