// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import java.util.AbstractSet;
import java.util.Collection;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** An immutable set of effects, asked several times by every statement: two of them are compared by one operation. */
final class EffectSet extends AbstractSet<SessionEffect> {
    private static final SessionEffect[] ALL = SessionEffect.values();

    private final long bits;

    private EffectSet(long bits) {
        this.bits = bits;
    }

    static EffectSet of(Collection<SessionEffect> effects) {
        if (effects instanceof EffectSet already) {
            return already;
        }
        long bits = 0;
        for (SessionEffect effect : effects) {
            bits |= bit(effect);
        }
        return new EffectSet(bits);
    }

    /** The bits are never stored: the order of the effects may change from one build to the next. */
    @SuppressWarnings("EnumOrdinal")
    private static long bit(SessionEffect effect) {
        return 1L << effect.ordinal();
    }

    /** {@return whether one of the effects is in both} */
    boolean intersects(EffectSet other) {
        return (bits & other.bits) != 0;
    }

    @Override
    public boolean contains(Object effect) {
        return effect instanceof SessionEffect of && (bits & bit(of)) != 0;
    }

    @Override
    public int size() {
        return Long.bitCount(bits);
    }

    @Override
    public Iterator<SessionEffect> iterator() {
        return new Iterator<>() {
            private long left = bits;

            @Override
            public boolean hasNext() {
                return left != 0;
            }

            @Override
            public SessionEffect next() {
                if (left == 0) {
                    throw new NoSuchElementException();
                }
                var next = ALL[Long.numberOfTrailingZeros(left)];
                left &= left - 1;
                return next;
            }
        };
    }
}
