// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * All collations of MySQL 9.7 and MariaDB 11.4, as their {@code information_schema} lists them. An id means the same character set
 * in both families, but five of the Croatian collations have another name. Immutable; safe for any thread.
 */
public final class Collations {
    private static final String RESOURCE = "collations.txt";
    private static final String NONE = "-";
    private static final String DEFAULT = "*";

    private final Map<Integer, Collation> byId = new TreeMap<>();
    private final Map<String, Collation> byName = new HashMap<>();
    private final Map<String, Collation> defaults = new HashMap<>();

    private Collations() {}

    /** Read when they are first asked for. */
    private static final class Tables {
        static final Collations MYSQL = new Collations();
        static final Collations MARIADB = new Collations();

        static {
            try (var in = new BufferedReader(
                    new InputStreamReader(Collations.class.getResourceAsStream(RESOURCE), StandardCharsets.US_ASCII))) {
                in.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
                    // id, character set, MySQL's name, MariaDB's name
                    String[] words = line.split(" ", -1);
                    MYSQL.add(Integer.parseInt(words[0]), words[1], words[2]);
                    MARIADB.add(Integer.parseInt(words[0]), words[1], words[3]);
                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void add(int id, String characterSet, String name) {
        if (name.equals(NONE)) {
            return;
        }
        boolean isDefault = name.endsWith(DEFAULT);
        var collation =
                new Collation(id, isDefault ? name.substring(0, name.length() - 1) : name, characterSet, isDefault);
        byId.put(id, collation);
        byName.put(collation.name(), collation);
        if (isDefault) {
            defaults.put(characterSet, collation);
        }
    }

    /** Those of MySQL. */
    public static Collations mySql() {
        return Tables.MYSQL;
    }

    /** Those of MariaDB. */
    public static Collations mariaDb() {
        return Tables.MARIADB;
    }

    /** Those of the family. */
    public static Collations of(boolean isMariaDb) {
        return isMariaDb ? Tables.MARIADB : Tables.MYSQL;
    }

    /** The character set of an id, which is the same in both families; null for an id that neither has. */
    public static String characterSet(int id) {
        Collation collation = Tables.MARIADB.byId(id);
        collation = collation == null ? Tables.MYSQL.byId(id) : collation;
        return collation == null ? null : collation.characterSet();
    }

    /** The collation of an id; null for one that the family does not have. */
    public Collation byId(int id) {
        return byId.get(id);
    }

    /** The collation of a name, in any case; null for one that the family does not have. */
    public Collation byName(String name) {
        return byName.get(name.toLowerCase(Locale.ROOT));
    }

    /** The default of a character set, in any case, whose id is always one that fits into a byte; null for an unknown set. */
    public Collation defaultOf(String characterSet) {
        return defaults.get(characterSet.toLowerCase(Locale.ROOT));
    }

    /** All of them, in the order of their ids. */
    public Collection<Collation> all() {
        return Collections.unmodifiableCollection(byId.values());
    }
}
