// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.collation;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * The primary weights of a collation's characters, as servers have them. Two texts whose weights are the same, but for
 * weightless characters and blanks at the end, are equal under a collation that tells neither case nor accents apart, and
 * under one that tells more apart they can only be equal if they are so here.
 *
 * <p>A character that weighs something else together with its neighbours is not in the table, and a text that holds one has
 * no canonical form. Immutable; read from the jar when a policy first names it.
 *
 * <p>The resource is a gzipped run of {@code start, length, step, count, weights}: {@code length} characters from
 * {@code start}, each with {@code count} weights of 16 bits, of which the last one grows by {@code step} from one to the next.
 */
final class WeightTable {

    private static final Pattern UCA = Pattern.compile("(?:utf8mb3|utf8mb4|utf8)_(?:(general|unicode)_(?:nopad_)?ci"
            + "|0900_(?:ai_ci|as_ci|as_cs)|uca1400_(?:nopad_)?(?:ai_ci|as_ci|ai_cs|as_cs))");

    private static final class Lazy {
        static final Map<String, WeightTable> BY_FAMILY = Map.of(
                "general_ci", new WeightTable("general_ci"),
                "unicode_ci", new WeightTable("unicode_ci"),
                "0900_ai_ci", new WeightTable("0900_ai_ci"),
                "uca1400_ai_ci", new WeightTable("uca1400_ai_ci"));
    }

    private final String family;
    private Runs runs;

    private WeightTable(String family) {
        this.family = family;
    }

    /** {@return the table of a collation, or null where there is none} */
    static WeightTable of(String collation) {
        Matcher matcher = UCA.matcher(collation);
        if (!matcher.matches()) {
            return null;
        }
        String plain = matcher.group(1);
        String family = plain != null ? plain + "_ci" : collation.contains("_0900_") ? "0900_ai_ci" : "uca1400_ai_ci";
        return Lazy.BY_FAMILY.get(family);
    }

    /** {@return the weights of a text without trailing blanks, two bytes each; null where they are not known} */
    byte[] canonical(String text) {
        Runs table = runs();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() * 2);
        int kept = 0;
        for (int i = 0; i < text.length(); ) {
            int character = text.codePointAt(i);
            i += Character.charCount(character);
            int run = table.find(character);
            if (run < 0) {
                return null;
            }
            int count = table.count(run);
            for (int w = 0; w < count; w++) {
                int weight = table.weight(run, w, character);
                if (weight != 0) {
                    bytes.write(weight >>> 8);
                    bytes.write(weight);
                    if (weight != table.blank) {
                        kept = bytes.size();
                    }
                }
            }
        }
        return Arrays.copyOf(bytes.toByteArray(), kept);
    }

    private synchronized Runs runs() {
        if (runs == null) {
            runs = Runs.read(family);
        }
        return runs;
    }

    /** The characters in runs, sorted, so that the whole of Unicode is some ten thousand entries. */
    private static final class Runs {
        private final int[] starts;
        private final int[] ends;
        private final byte[] steps;
        private final int[] offsets;
        private final char[] weights;
        private final int blank;

        private Runs(int[] starts, int[] ends, byte[] steps, int[] offsets, char[] weights) {
            this.starts = starts;
            this.ends = ends;
            this.steps = steps;
            this.offsets = offsets;
            this.weights = weights;
            this.blank = weight(find(' '), 0, ' ');
        }

        int find(int character) {
            int at = Arrays.binarySearch(starts, character);
            int run = at >= 0 ? at : -at - 2;
            return run >= 0 && character < ends[run] ? run : -1;
        }

        int count(int run) {
            return offsets[run + 1] - offsets[run];
        }

        int weight(int run, int index, int character) {
            int weight = weights[offsets[run] + index];
            return index == count(run) - 1 ? weight + steps[run] * (character - starts[run]) : weight;
        }

        static Runs read(String family) {
            try (InputStream resource = WeightTable.class.getResourceAsStream(family + ".weights.gz");
                    DataInputStream in = new DataInputStream(new GZIPInputStream(resource))) {
                int size = in.readInt();
                int[] starts = new int[size];
                int[] ends = new int[size];
                byte[] steps = new byte[size];
                int[] offsets = new int[size + 1];
                char[] weights = new char[in.readInt()];
                int filled = 0;
                for (int run = 0; run < size; run++) {
                    starts[run] = in.readInt();
                    ends[run] = starts[run] + in.readInt();
                    steps[run] = in.readByte();
                    int count = in.readUnsignedByte();
                    for (int w = 0; w < count; w++) {
                        weights[filled++] = in.readChar();
                    }
                    offsets[run + 1] = filled;
                }
                return new Runs(starts, ends, steps, offsets, weights);
            } catch (IOException e) {
                throw new UncheckedIOException("the weights of " + family + " are missing from the jar", e);
            }
        }
    }
}
