// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.internal.lex.FoldedStatement;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Scratch space that lasts from one statement to the next. Safe for any thread; a call takes one and puts it back. */
final class ScratchPool {

    private final AtomicReferenceArray<Scratch> idle =
            new AtomicReferenceArray<>(Math.max(4, Runtime.getRuntime().availableProcessors() * 2));

    /** What one call needs. */
    static final class Scratch {
        final FoldedStatement folded = new FoldedStatement();
        final PlanKey probe = new PlanKey();
    }

    /** {@return scratch space for one call} */
    Scratch take() {
        int start = (int) (Thread.currentThread().getId() % idle.length());
        for (int i = 0; i < idle.length(); i++) {
            int at = (start + i) % idle.length();
            if (idle.getPlain(at) != null) {
                Scratch scratch = idle.getAndSet(at, null);
                if (scratch != null) {
                    return scratch;
                }
            }
        }
        return new Scratch();
    }

    /** Puts scratch space back; what a huge statement made grow in it is let go. */
    void put(Scratch scratch) {
        scratch.folded.release();
        int start = (int) (Thread.currentThread().getId() % idle.length());
        for (int i = 0; i < idle.length(); i++) {
            int at = (start + i) % idle.length();
            if (idle.getPlain(at) == null && idle.compareAndSet(at, null, scratch)) {
                return;
            }
        }
    }
}
