// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.Section;
import com.workersql.server.config.yaml.Setting;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * This gateway among others before the same shards. Ids of sessions carry the gateway's number, so that a KILL, or a request in a
 * session over HTTP, that reaches another gateway is passed on to the one that it is meant for.
 *
 * @param number this gateway's number, which no other one may have
 * @param addresses where the other gateways' HTTP doors are, by number
 * @param key signs what gateways tell each other and the tokens of sessions, the same on all of them; null for a gateway that hears
 *     no others, whose tokens are signed by a key that is made at every start
 * @param timeoutMillis how long another gateway may take to be reached and to answer
 */
public record PeersConfig(int number, Map<Integer, URI> addresses, Secret key, int timeoutMillis) {
    /** {@code number}: default 0. */
    public static final Setting NUMBER = new Setting("number", 0, 0, 127);

    /** {@code timeout_millis}: default 2,000. */
    public static final Setting TIMEOUT_MILLIS = new Setting("timeout_millis", 2_000, 10, 60_000);

    private static final int MIN_KEY_BYTES = 32;
    private static final int MAX_PORT = 65_535;

    /**
     * Copies the addresses.
     *
     * @throws IllegalArgumentException when the key is short, or there are peers and no key that they share
     */
    public PeersConfig {
        NUMBER.check(number);
        TIMEOUT_MILLIS.check(timeoutMillis);
        addresses = Map.copyOf(addresses);
        if (key != null && key.bytes().length < MIN_KEY_BYTES) {
            throw new IllegalArgumentException(
                    "key has " + key.bytes().length + " bytes; at least " + MIN_KEY_BYTES + " are needed");
        }
        if (key == null && !addresses.isEmpty()) {
            throw new IllegalArgumentException("addresses need a key that all of the gateways share");
        }
        if (addresses.containsKey(number)) {
            throw new IllegalArgumentException("addresses holds this gateway itself, number " + number);
        }
    }

    /** A gateway alone, number 0. */
    public static PeersConfig alone() {
        return read(Setting::byDefault, Map.of(), null);
    }

    static PeersConfig read(ToLongFunction<Setting> values, Map<Integer, URI> addresses, Secret key) {
        return new PeersConfig(
                (int) values.applyAsLong(NUMBER), addresses, key, (int) values.applyAsLong(TIMEOUT_MILLIS));
    }

    /** The addresses by number; what cannot be used is reported to the section. */
    static Map<Integer, URI> addresses(Section section) {
        var addresses = new TreeMap<Integer, URI>();
        for (var name : section.names()) {
            var text = section.text(name, "");
            var address = address(text);
            if (!name.matches("\\d{1,3}") || Integer.parseInt(name) > NUMBER.max()) {
                section.problem(name, "is no number of a gateway; allowed are 0 to " + NUMBER.max());
            } else if (address == null) {
                section.problem(name, "found '" + text + "' where an address such as http://10.0.0.2:8080 is expected");
            } else if (addresses.putIfAbsent(Integer.parseInt(name), address) != null) {
                section.problem(name, "is the number of a gateway that stands here already");
            }
        }
        section.end();
        return addresses;
    }

    /** Null where it is none that can be connected to. */
    private static URI address(String text) {
        if (!text.matches("https?://[A-Za-z0-9.\\-\\[\\]:]+")) {
            return null;
        }
        try {
            var address = URI.create(text);
            return address.getHost() != null && address.getPort() != 0 && address.getPort() <= MAX_PORT
                    ? address
                    : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
