// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.RunningGateway;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.embedded.EmbeddedShards;
import com.workersql.server.embedded.ShardListener;
import com.workersql.server.users.ApiKeyFile;
import com.workersql.server.users.Permission;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MainTest {
    @TempDir
    Path dir;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<GatewayConfig> started = new ArrayList<>();

    @Test
    void helpNamesEveryOption() {
        assertThat(run("--help")).isZero();

        assertThat(out.toString())
                .contains("--config", "--check-config", "--shards", "--data-dir", "--mysql-port", "--http-port")
                .contains("--version", "hash-password");
    }

    @Test
    void versionNamesTheProgram() {
        assertThat(run("--version")).isZero();

        assertThat(out.toString()).startsWith("WorkerSQL Gateway ");
    }

    @Test
    void makesAnApiKeyAndTheEntryThatTakesIt() {
        assertThat(run("make-api-key", "job_1")).isZero();

        var printed = out.toString();
        var key = printed.lines().findFirst().orElseThrow();
        var entry = printed.substring(printed.indexOf("api_keys:"));
        assertThat(entry).doesNotContain(key);
        assertThat(ApiKeyFile.read("keys.yaml", entry.replace("TENANT", "acme")))
                .singleElement()
                .satisfies(made -> {
                    assertThat(made.name()).isEqualTo("job_1");
                    assertThat(made.tenant()).isEqualTo("acme");
                    assertThat(made.permissions()).containsExactly(Permission.READ);
                    assertThat(made.matches(key, Instant.EPOCH)).isTrue();
                    assertThat(made.matches(key + "0", Instant.EPOCH)).isFalse();
                });
    }

    @Test
    void makesNoApiKeyForWhatIsNoName() {
        assertThat(run("make-api-key", "job 1")).isEqualTo(2);

        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("'job 1'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --prot 1                    | Unknown options: '--prot', '1'
            --mysql-port x              | Invalid value for option '--mysql-port': 'x' is not an int
            --mysql-port 70000          | port is 70000; allowed are 0 to 65535
            --shards 0                  | shards is 0; allowed are 1 to 64
            --config                    | Missing required parameter for option '--config'
            """)
    void refusesAnOptionByItsName(String options, String message) {
        assertThat(run(options.split(" "))).isEqualTo(2);

        assertThat(err.toString()).contains(message).contains("Try --help.");
        assertThat(started).isEmpty();
    }

    @Test
    void refusesAConfigurationWithFileLineAndKey() throws IOException {
        var file = write("# comment\nlisten:\n  mysq: {}\n");

        assertThat(run("--config", file.toString())).isEqualTo(2);

        assertThat(err.toString())
                .startsWith(file + ":3:3: listen.mysq: unknown key; allowed here are any, mysql, http");
    }

    @Test
    void checksAConfigurationWithoutStartingAnything() throws IOException {
        var file = write("drain_millis: 5\n");

        assertThat(run("--config", file.toString(), "--check-config")).isZero();

        assertThat(out.toString().strip()).isEqualTo(file + ": ok");
        assertThat(started).isEmpty();
    }

    @Test
    void refusesShardsBesideExistingOnes() throws IOException {
        var file = existingShard();

        assertThat(run("--config", file.toString(), "--shards", "3")).isEqualTo(2);

        assertThat(err.toString()).contains("--shards is for embedded shards, but " + file + " names existing ones");
    }

    @Test
    void namesThePortInUseAndTheOptionThatChangesIt() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();

            assertThat(run("--config", existingShard().toString(), "--http-port", Integer.toString(port)))
                    .isEqualTo(3);

            assertThat(err.toString()).contains("127.0.0.1:" + port).contains("--http-port");
        }
        assertThat(started).isEmpty();
    }

    @Test
    void namesAnAddressToListenOnThatIsNone() throws IOException {
        var file = existingShard();
        Files.writeString(file, Files.readString(file) + "listen: { mysql: { host: '::g' } }\n");

        assertThat(run("--config", file.toString())).isEqualTo(2);

        assertThat(err.toString())
                .isEqualToIgnoringNewLines("[::g]:3307 cannot be listened on: no address of that name is known");
        assertThat(started).isEmpty();
    }

    @Test
    void startsTheGatewayWithOptionsAboveTheFileAndPrintsALineForEachDoor() throws IOException {
        assertThat(run("--config", existingShard().toString(), "--mysql-port", "0", "--http-port", "0"))
                .isZero();

        assertThat(started).singleElement().satisfies(config -> {
            assertThat(config.mysql().port()).isZero();
            assertThat(config.drainMillis()).isEqualTo(5);
        });
        assertThat(out.toString())
                .contains("MySQL      127.0.0.1:4001")
                .contains("HTTP       http://127.0.0.1:4002")
                .contains("WebSocket  ws://127.0.0.1:4002/v1/ws")
                .contains("mysql -h 127.0.0.1 -P 4001")
                .contains("curl -s -u USER:PASSWORD")
                .doesNotContain("secret");
    }

    @Test
    void hashesAPasswordFromItsInput() {
        assertThat(run("hash-password")).isZero();

        assertThat(out.toString().strip()).matches("\\$A\\$005\\$.{63}");
    }

    private Path existingShard() throws IOException {
        Files.writeString(dir.resolve("users.yaml"), "users:\n  ann: { password: '*" + "0".repeat(40) + "' }\n");
        restrict(dir.resolve("users.yaml"));
        return write("""
                shards:
                  main:
                    endpoints: [{ host: 127.0.0.1 }]
                    account: { user: app, password_env: P }
                users_file: users.yaml
                drain_millis: 5
                """);
    }

    private Path write(String text) throws IOException {
        var file = dir.resolve("gateway.yaml");
        Files.writeString(file, text);
        restrict(file);
        return file;
    }

    private static void restrict(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private int run(String... args) {
        var main = new Main(this::start, Map.of("P", "secret")::get, stopped -> {});
        var input = new PasswordInput(new ByteArrayInputStream("pa ss\n".getBytes(StandardCharsets.UTF_8)), null);
        return Main.commandLine(main, input)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }

    private RunningGateway start(GatewayConfig config, ShardListener listener) {
        started.add(config);
        return new RunningGateway() {
            @Override
            public InetSocketAddress mysqlAddress() {
                return new InetSocketAddress(InetAddress.getLoopbackAddress(), 4001);
            }

            @Override
            public InetSocketAddress httpAddress() {
                return new InetSocketAddress(InetAddress.getLoopbackAddress(), 4002);
            }

            @Override
            public EmbeddedShards embeddedShards() {
                return null;
            }

            @Override
            public void reload(GatewayConfig changed) {
                throw new AssertionError("nothing has changed");
            }

            @Override
            public CompletionStage<Void> whenStopped() {
                return new CompletableFuture<>();
            }

            @Override
            public void close() {}
        };
    }
}
