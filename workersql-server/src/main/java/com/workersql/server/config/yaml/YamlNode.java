// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config.yaml;

import java.util.List;
import java.util.Map;

/** A node of a document, with the place where it begins. Lines and columns count from 1. */
public sealed interface YamlNode {

    /** The line on which the node begins, from 1. */
    int line();

    /** The column in which the node begins, from 1. */
    int column();

    /** What the node is, in the words of an error message. */
    String kind();

    /**
     * A text. YAML's types are not looked at: {@code no}, {@code 007} and {@code 1.0} are what was written.
     *
     * @param text the text as written, without quotes
     * @param quoted whether quotes stood around it or it was a block scalar
     */
    record Scalar(String text, boolean quoted, int line, int column) implements YamlNode {
        /** Whether nothing was written, as in {@code key:} alone, or YAML's own words for nothing. */
        public boolean isEmpty() {
            return !quoted && (text.isEmpty() || text.equals("null") || text.equals("~"));
        }

        @Override
        public String kind() {
            return isEmpty() ? "nothing" : "'" + text + "'";
        }
    }

    /**
     * A list.
     *
     * @param items the items, in order
     */
    record Sequence(List<YamlNode> items, int line, int column) implements YamlNode {
        @Override
        public String kind() {
            return "a list";
        }
    }

    /**
     * A mapping.
     *
     * @param entries the entries by their key, in the order of the document
     * @param startIndex where its text begins in the document, in code points
     * @param endIndex where its text ends in the document, in code points
     */
    record Mapping(Map<String, Entry> entries, int startIndex, int endIndex, int line, int column) implements YamlNode {
        @Override
        public String kind() {
            return "a mapping";
        }
    }

    /**
     * One key of a mapping with its value.
     *
     * @param value what stands behind the key
     * @param line the line of the key, from 1
     * @param column the column of the key, from 1
     */
    record Entry(YamlNode value, int line, int column) {}
}
