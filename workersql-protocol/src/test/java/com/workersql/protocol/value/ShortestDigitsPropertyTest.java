// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The digits of doubles, and their text, against a search by exact arithmetic, and where it is right against the JDK. */
class ShortestDigitsPropertyTest {
    /** Up to Java 18 {@link Double#toString} gives now and then a digit too many. */
    private static final boolean JDK_IS_RIGHT = Runtime.version().feature() >= 19;

    @Property
    void digitsAreTheFewestThatReadBackAndTheNearest(@ForAll("positives") double value) {
        assertThat(digits(value)).isEqualByComparingTo(search(value));
    }

    @Property
    void digitsAreThoseOfTheJdk(@ForAll("positives") double value) {
        BigDecimal ofJdk = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        // Of one digit there are two in the text of the JDK, which looks for no shorter one.
        if (JDK_IS_RIGHT && ofJdk.precision() > 2) {
            assertThat(digits(value)).isEqualByComparingTo(ofJdk);
        }
    }

    @Property
    void textReadsBackAsTheDoubleByOurselvesAndByTheJdk(@ForAll("positives") double value) {
        TextBuffer out = new TextBuffer();
        RealText.appendDouble(out, -value);
        String text = out.toString();
        assertThat(Double.parseDouble(text)).isEqualTo(-value);
        assertThat(new BigDecimal(text)).isEqualByComparingTo(search(value).negate());
        // No zero in front or at the end that could be left out.
        assertThat(text).matches("-(?:[1-9](?:\\.\\d*[1-9])?e-?\\d+|(?:0|[1-9]\\d*)(?:\\.\\d*[1-9])?)");
    }

    private static BigDecimal digits(double value) {
        return BigDecimal.valueOf(ShortestDigits.of(value), -ShortestDigits.exponent(value));
    }

    /** Each number of digits is tried in turn; at powers of two the nearest may not read back while its neighbour does. */
    private static BigDecimal search(double value) {
        BigDecimal exact = new BigDecimal(value);
        for (int digits = 1; digits < 17; digits++) {
            for (RoundingMode mode : new RoundingMode[] {RoundingMode.HALF_EVEN, RoundingMode.DOWN, RoundingMode.UP}) {
                BigDecimal rounded = exact.round(new MathContext(digits, mode));
                if (rounded.doubleValue() == value) {
                    return rounded;
                }
            }
        }
        return exact.round(new MathContext(17, RoundingMode.HALF_EVEN));
    }

    /** Any bits, powers of two and their neighbours, and numbers as people write them. */
    @Provide
    Arbitrary<Double> positives() {
        Arbitrary<Double> anyBits = Arbitraries.longs()
                .between(1, Double.doubleToRawLongBits(Double.MAX_VALUE))
                .map(Double::longBitsToDouble);
        Arbitrary<Double> nearPowers = Combinators.combine(
                        Arbitraries.integers().between(-1074, 1023),
                        Arbitraries.integers().between(-2, 2))
                .as((power, steps) -> Double.longBitsToDouble(
                        Math.max(1, Double.doubleToRawLongBits(Math.scalb(1.0, power)) + steps)));
        Arbitrary<Double> decimals = Combinators.combine(
                        Arbitraries.longs().between(1, 999_999_999_999_999_999L),
                        Arbitraries.integers().between(-30, 30))
                .as((digits, exponent) -> BigDecimal.valueOf(digits, exponent).doubleValue());
        return Arbitraries.oneOf(anyBits, nearPowers, decimals);
    }
}
