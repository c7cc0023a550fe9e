// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.testing;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Makes a leaked buffer fail the test class behind which Netty finds it: its detector only writes a line to the log.
 *
 * <p>JUnit loads it by itself (META-INF/services, junit-platform.properties) in each module that has this module's test jar. A leak is found when the garbage
 * collector has taken the buffer and another one is allocated, so both are asked for behind each class.
 */
public final class LeaksFailTests implements LauncherSessionListener, BeforeAllCallback, AfterAllCallback {
    private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();
    private static final int MAX_REPORT_CHARACTERS = 4000;
    /** The detector looks when it samples an allocation, at {@code simple} one of 128: that none of so many is one has odds of 1 to 10^6. */
    private static final int ALLOCATIONS = 2_000;

    static {
        // Netty's buffers take their detector when their classes are loaded, so this comes in front of all engines.
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new ResourceLeakDetectorFactory() {
            @Override
            @SuppressWarnings("deprecation") // the abstract one is
            public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                    Class<T> resource, int samplingInterval, long maxActive) {
                return new Recording<>(resource, samplingInterval);
            }
        });
    }

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        // The class is loaded: all there is to do in front of the first buffer.
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        // The same, where tests are run by something else than a launcher.
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (!ResourceLeakDetector.isEnabled()) {
            return;
        }
        String leak = findLeak();
        if (leak != null) {
            LEAKS.clear();
            throw new AssertionError("A buffer was not released in or before " + context.getDisplayName() + ": "
                    + leak.substring(0, Math.min(leak.length(), MAX_REPORT_CHARACTERS)));
        }
    }

    /** Lets the garbage collector and the detector look; null when nothing was leaked since the last time. */
    static String findLeak() {
        System.gc();
        for (int i = 0; i < ALLOCATIONS; i++) {
            PooledByteBufAllocator.DEFAULT.buffer(1).release();
            UnpooledByteBufAllocator.DEFAULT.buffer(1).release();
        }
        return LEAKS.poll();
    }

    private static final class Recording<T> extends ResourceLeakDetector<T> {
        Recording(Class<?> resource, int samplingInterval) {
            super(resource, samplingInterval);
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            LEAKS.add(resourceType + records);
            super.reportTracedLeak(resourceType, records);
        }

        @Override
        protected void reportUntracedLeak(String resourceType) {
            LEAKS.add(resourceType);
            super.reportUntracedLeak(resourceType);
        }
    }
}
