// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.ParameterValue;
import com.workersql.router.policy.KeyType;
import com.workersql.router.policy.TableRule;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The form of a key that is hashed: values that SQL calls equal have the same bytes. A value of which that cannot be said,
 * because a server would convert the column for the comparison or because its collation reaches beyond what is known here,
 * has none.
 */
final class CanonicalKey {

    private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,20}");
    private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");
    private static final Pattern UUID =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");
    private static final BigInteger UNSIGNED_END = BigInteger.ONE.shiftLeft(64);
    private static final int MAX_DIGITS = 65;

    private CanonicalKey() {}

    /** {@return the bytes to be hashed, or null where the value must not be hashed} */
    static byte[] of(TableRule.Hash rule, ParameterValue value) {
        return switch (rule.keyType()) {
            case INT, UINT -> integer(rule.keyType(), value);
            case DECIMAL -> decimal(value);
            case STRING -> string(rule.exactText(), value);
            case BINARY -> binary(value);
            case DATE -> date(value);
            case UUID -> uuid(value);
        };
    }

    private static byte[] integer(KeyType type, ParameterValue value) {
        if (value instanceof ParameterValue.SignedInteger signed) {
            return type == KeyType.UINT && signed.value() < 0 ? null : bytes(signed.value());
        }
        if (value instanceof ParameterValue.UnsignedInteger unsigned) {
            return type == KeyType.INT && unsigned.bits() < 0 ? null : bytes(unsigned.bits());
        }
        if (value instanceof ParameterValue.Decimal number) {
            BigDecimal exact = exact(number.text());
            return exact == null || exact.stripTrailingZeros().scale() > 0 ? null : whole(type, exact.toBigInteger());
        }
        if (value instanceof ParameterValue.Text text
                && WHOLE.matcher(text.text()).matches()) {
            return whole(type, new BigInteger(text.text()));
        }
        return null;
    }

    private static byte[] whole(KeyType type, BigInteger value) {
        boolean fits = type == KeyType.INT
                ? value.bitLength() <= 63
                : value.signum() >= 0 && value.compareTo(UNSIGNED_END) < 0;
        return fits ? bytes(value.longValue()) : null;
    }

    private static byte[] bytes(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    private static BigDecimal exact(String text) {
        if (text.length() > MAX_DIGITS + 2) {
            return null;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // An exponent would make a number of a few characters billions of digits long.
            if ((c < '0' || c > '9') && c != '.' && c != '-') {
                return null;
            }
        }
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static byte[] decimal(ParameterValue value) {
        BigDecimal number = null;
        if (value instanceof ParameterValue.SignedInteger signed) {
            number = BigDecimal.valueOf(signed.value());
        } else if (value instanceof ParameterValue.UnsignedInteger unsigned) {
            number = new BigDecimal(Long.toUnsignedString(unsigned.bits()));
        } else if (value instanceof ParameterValue.Decimal decimal) {
            number = exact(decimal.text());
        }
        return number == null ? null : ascii(number.stripTrailingZeros().toPlainString());
    }

    private static byte[] string(boolean exact, ParameterValue value) {
        if (!(value instanceof ParameterValue.Text text)) {
            return null;
        }
        String written = text.text();
        int end = written.length();
        while (end > 0 && written.charAt(end - 1) == ' ') {
            end--;
        }
        for (int i = 0; i < end; i++) {
            char c = written.charAt(i);
            if (!exact && (c < ' ' || c > '~')) {
                return null;
            }
        }
        String kept = written.substring(0, end);
        return exact ? kept.getBytes(StandardCharsets.UTF_8) : ascii(kept.toLowerCase(Locale.ROOT));
    }

    private static byte[] binary(ParameterValue value) {
        if (value instanceof ParameterValue.Binary binary) {
            return binary.bytes();
        }
        if (value instanceof ParameterValue.Text text && text.text().chars().allMatch(c -> c < 0x80)) {
            return ascii(text.text());
        }
        return null;
    }

    private static byte[] date(ParameterValue value) {
        if (!(value instanceof ParameterValue.Text text)
                || !DATE.matcher(text.text()).matches()) {
            return null;
        }
        try {
            return ascii(LocalDate.parse(text.text()).toString());
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static byte[] uuid(ParameterValue value) {
        if (!(value instanceof ParameterValue.Text text)
                || !UUID.matcher(text.text()).matches()) {
            return null;
        }
        return ascii(text.text().toLowerCase(Locale.ROOT));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
