// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.workersql.server.config.yaml.DocumentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigErrorsTest {
    @TempDir
    Path dir;

    /** In the table a ¶ stands for a new line; DIR for the directory of the file. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            lissten: {}                                     | 1:1: lissten: unknown key; allowed here are listen, tls, shards,
            listen: { mysql: { prt: 1 } }                   | 1:20: listen.mysql.prt: unknown key; allowed here are host, port, proxy_from
            listen: { http: { proxy_from: [10.0.0.0/33] } } | 1:31: listen.http.proxy_from: '10.0.0.0/33' has more bits than its address
            listen: { any: { proxy_from: [lb.example.com] } } | 1:30: listen.any.proxy_from: 'lb.example.com' is no network: allowed are an IP address, or one with /bits
            listen: { mysql: { proxy_from: 10.0.0.1 } }     | 1:32: listen.mysql.proxy_from: found '10.0.0.1' where a list is expected
            shards:¶  a:¶    proxy_protocol: v3             | 3:21: shards.a.proxy_protocol: found 'v3'; allowed are off, v1, v2
            listen: { mysql: { port: 65536 } }              | 1:26: listen.mysql.port: is 65536; allowed are 0 to 65535
            listen:¶  http:¶    port: x1                    | 3:11: listen.http.port: found 'x1' where a whole number from 0 to 65535 is expected
            listen: { http: { port: 80.0 } }                | 1:25: listen.http.port: found '80.0' where a whole number
            listen: { any: { port: 1 }, mysql: { port: 2 } } | listen.mysql: stands beside any
            listen: { any: { port: 1, wait_millis: 0 } }    | listen.any.wait_millis: is 0; allowed are 1 to 10000
            listen: [a]                                     | 1:9: listen: found a list where a mapping is expected
            listen: { mysql: { host: 0.0.0.0 } }            | 1:1: listening on 0.0.0.0:3307 needs users_file
            embedded: { shards: 0 }                         | 1:21: embedded.shards: is 0; allowed are 1 to 64
            embedded: { tenants: [../x] }                   | 1:11: embedded: tenant '../x' is not a name
            pool:¶  wait_millis: -1                         | 2:16: pool.wait_millis: is -1; allowed are 0 to 600000
            pool: { wait_millis: 5s }                       | 1:22: pool.wait_millis: found '5s' where a whole number from 0 to 600000 is expected
            limits: { max_packet_bytes: 99999999999999999999 } | 1:29: limits.max_packet_bytes: found '99999999999999999999'
            breaker: { open_millis: 9000, max_open_millis: 10 } | 1:10: breaker: max_open_millis is 10; allowed are 9000 (open_millis) to 3600000
            logging: { format: xml }                        | 1:20: logging.format: found 'xml'; allowed are text, json
            logging: { format: TEXT }                       | 1:20: logging.format: found 'TEXT'; allowed are text, json
            http: { max_body_bytes: 1 }                     | 1:25: http.max_body_bytes: is 1; allowed are 1024 to 1073741824
            http:¶  websocket: { max_running: x }           | 2:29: http.websocket.max_running: found 'x' where a whole number from 1 to 10000
            http: { origins: ["*"] }                        | 1:18: http.origins: origins holds '*', which is none
            http: { origins: ["https://a.example/x"] }      | 1:18: http.origins: origins holds 'https://a.example/x'
            http: { cors: {} }                              | 1:9: http.cors: unknown key; allowed here are
            peers: { key: short }                           | 1:8: peers: key has 5 bytes; at least 32 are needed
            peers: { addresses: { 1: "http://h:1" } }       | 1:8: peers: addresses need a key that all of the gateways share
            peers: { addresses: { x: "http://h:1" } }       | peers.addresses.x: is no number of a gateway; allowed are 0 to 127
            peers: { number: 128 }                          | 1:18: peers.number: is 128; allowed are 0 to 127
            peers: { addresses: { 1: h } }                  | 1:26: peers.addresses.1: found 'h' where an address such as
            peers: { addresses: { 1: "http://[::1" } }      | 1:26: peers.addresses.1: found 'http://[::1' where an address such as
            peers: { addresses: { 1: "http://a:80:80" } }   | 1:26: peers.addresses.1: found 'http://a:80:80' where an address such as
            peers: { addresses: { 1: "http://a:65536" } }   | 1:26: peers.addresses.1: found 'http://a:65536' where an address such as
            peers: { addresses: { 1: "http://a:1", 01: "http://b:1" } } | peers.addresses.01: is the number of a gateway that stands here already
            admin: { token_env: EMPTY }                     | admin.token is empty
            embedded: { tenants: [acme, acme] }             | 1:11: embedded: tenant 'acme' stands twice among the tenants
            shards:¶  a:¶    endpoints: [{ host: h }, { host: H, port: 3306, role: replica }]¶    account: { user: u, password_env: P } | 3:5: shards.a: shard a has H:3306 twice among its endpoints
            peers: { key_env: NOT_SET }                     | peers.key_env: the environment variable NOT_SET is not set
            http: { trace_comments: 1 }                     | http.trace_comments: found '1'
            http: { websocket: { token_in_query: 1 } }      | http.websocket.token_in_query: found '1'
            auth: { jwt: { issuer: a, audience: b } }       | 1:14: auth.jwt: needs exactly one of secret (secret_file, secret_env), jwks_file and jwks_url
            auth: { jwt: { secret: x, issuer: a, audience: b } } | 1:14: auth.jwt: the secret has 1 bytes; HS256 needs at least 32
            auth: { jwt: { jwks_url: "https://h/j", audience: b } } | auth.jwt.issuer: is missing
            auth: { jwt: { jwks_url: "http://192.0.2.1/j", issuer: a, audience: b } } | 1:26: auth.jwt.jwks_url: found 'http://192.0.2.1/j' where an https address is expected
            auth: { jwt: { jwks_file: no.json, issuer: a, audience: b } } | auth.jwt.jwks_file: DIR/no.json does not exist
            auth: { jwt: { jwks_url: "https://h/j", issuer: a, audience: b, leeway_seconds: 61 } } | auth.jwt.leeway_seconds: is 61; allowed are 0 to 60
            auth: { api_keys_file: no.yaml }                | 1:24: auth.api_keys_file: DIR/no.yaml does not exist
            auth: { basic: true }                           | 1:9: auth.basic: unknown key; allowed here are jwt, api_keys_file
            compression: { algorithms: [lz4] }              | 1:28: compression.algorithms: found 'lz4'; allowed are zlib, zstd
            compression: { zlib_level: 10 }                 | 1:28: compression.zlib_level: is 10; allowed are 1 to 9
            compression: { zstd_level: 0 }                  | 1:28: compression.zstd_level: is 0; allowed are 1 to 22
            shards:¶  a:¶    compress: on                   | 3:15: shards.a.compress: found 'on'; allowed are off, zlib, zstd
            local_infile: true                              | 1:15: local_infile: found 'true'; allowed are off, on
            limits: { local_file_bytes: -1 }                | 1:29: limits.local_file_bytes: is -1; allowed are 0 to 1099511627776
            drain_millis: yes                               | 1:15: drain_millis: found 'yes' where a whole number
            tls: { certificate: a.pem }                     | 1:6: tls.key: is missing
            tls: { certificate: a.pem, key: a.key }         | 1:21: tls.certificate: DIR/a.pem does not exist
            shards:¶  a:¶    tls: { mode: verify_ca, ca: no.pem } | 3:33: shards.a.tls.ca: DIR/no.pem does not exist
            shards:¶  a: {}                                 | 2:6: shards.a.endpoints: is missing
            shards:¶  a: {}                                 | 2:6: shards.a.account: is missing
            shards: { a/b: {} }                             | 1:16: shards.a/b: is not a name
            shards:¶  "a b":¶    account: {}                | 3:5: shards.a b: is not a name
            shards:¶  a:¶    endpoints: [{ port: 1 }]       | 3:17: shards.a.endpoints[0].host: is missing
            shards:¶  a:¶    endpoints: [{ host: h, role: main }] | 3:34: shards.a.endpoints[0].role: found 'main'; allowed are primary, replica
            shards:¶  a:¶    endpoints: [{ host: h, role: replica }]¶    account: { user: u, password_env: P } | 3:5: shards.a: shard a has 0 primary endpoints; allowed is exactly 1
            shards:¶  a:¶    account: { user: u }           | 3:14: shards.a.account: needs exactly one of password, password_file and password_env
            shards:¶  a:¶    account: { user: u, password: p, password_env: X } | 3:14: shards.a.account: needs exactly one of
            shards:¶  a:¶    account: { user: u, password_env: NOT_SET } | 3:39: shards.a.account.password_env: the environment variable NOT_SET is not set
            shards:¶  a:¶    account: { user: u, password_file: no.txt } | 3:40: shards.a.account.password_file: DIR/no.txt does not exist
            shards:¶  a:¶    tls: { mode: on }              | 3:18: shards.a.tls.mode: found 'on'; allowed are off, required, verify_ca, verify_identity
            users_file: none.yaml                           | 1:13: users_file: DIR/none.yaml does not exist
            policy_file: none.yaml                          | 1:14: policy_file: DIR/none.yaml does not exist
            policy:¶  version: 1¶  shards: [a]              | : shards: the policy's shard a is none of this gateway's: shard_0, shard_1
            policy:¶  version: 1¶  shardz: [a]              | gateway.yaml:3:3:
            policy: by_tenant                               | 1:9: policy: found 'by_tenant' where a mapping is expected
            drain_millis: 1¶drain_millis: 2                 | 2:1: drain_millis: stands a second time; the first is in line 1
            a: &x {}                                        | 1:4: a: an anchor (&x) is not allowed here
            a: *x                                           | 1:4: a: an alias is not allowed here; write the value again
            drain_millis: !!int 5                           | 1:15: drain_millis: a tag (tag:yaml.org,2002:int) is not allowed here
            drain_millis: !!java.lang.Runtime 5             | 1:15: drain_millis: a tag
            ? [a]¶: b                                       | 1:3: a key has to be a text
            - a                                             | 1:1: found a list where a mapping is expected
            drain_millis: 1¶---¶drain_millis: 2             | 2:1: a second document begins here; one file holds one document
            drain_millis: [                                 | is not valid YAML
            listen: "¶ port                                 | is not valid YAML
            """)
    void namesPlaceKeyFoundAndAllowed(String document, String expected) throws IOException {
        assertThat(failure(document.replace('¶', '\n'))).contains(expected.replace("DIR", dir.toString()));
    }

    @Test
    void reportsEveryFaultOfAFileAtOnce() throws IOException {
        assertThat(failure("pool: { wait_millis: x }\nlimits: { max_connections: 0 }\nfoo: 1\n"))
                .contains("gateway.yaml:1:22: pool.wait_millis")
                .contains("gateway.yaml:2:28: limits.max_connections")
                .contains("gateway.yaml:3:1: foo: unknown key");
    }

    @Test
    void refusesEmbeddedBesideExistingShards() throws IOException {
        assertThat(failure("embedded: {}\nshards: { a: {} }\n"))
                .contains("1:11: embedded: stands beside shards; give existing shards or embedded ones, not both");
    }

    @Test
    void refusesNestingWithoutEnd() throws IOException {
        assertThat(failure("a: " + "[".repeat(2_000)))
                .containsAnyOf("nested deeper than 32 levels", "is not valid YAML");
    }

    @Test
    void refusesAPasswordThatEveryUserOfTheMachineMayRead() throws IOException {
        var file = write("shards:\n  a:\n    account: { user: u, password: p }\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(failure(file)).contains("3:35: shards.a.account.password: " + file + " may be read by every user");
    }

    @Test
    void refusesAnExistingShardWithoutUsers() throws IOException {
        assertThat(failure("shards:\n  a:\n    endpoints: [{ host: h }]\n    account: { user: u, password_env: P }\n"))
                .contains("users_file is missing: nobody could log in");
    }

    @Test
    void namesAMissingFile() {
        assertThat(failure(dir.resolve("gateway.yaml"))).isEqualTo(dir.resolve("gateway.yaml") + ": does not exist");
    }

    @Test
    void reportsFaultsOfTheUsersFileThere() throws IOException {
        var users = dir.resolve("users.yaml");
        Files.writeString(users, "users:\n  ann:\n    password: plain\n    permissions: [fly]\n");
        Files.setPosixFilePermissions(users, PosixFilePermissions.fromString("rw-------"));

        assertThat(failure("users_file: users.yaml\n"))
                .contains(users
                        + ":3:15: users.ann.password: is a password verifier of 5 characters; allowed are $A$005$")
                .contains(users + ":4:18: users.ann.permissions: found 'fly'; allowed are read, write, ddl, admin");
    }

    private String failure(String document) throws IOException {
        return failure(write(document));
    }

    private Path write(String document) throws IOException {
        var file = dir.resolve("gateway.yaml");
        Files.writeString(file, document);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private static String failure(Path file) {
        var failure = catchThrowableOfType(
                DocumentException.class, () -> ConfigLoader.load(file, Map.of("P", "secret", "EMPTY", "")::get));
        return failure.getMessage();
    }
}
