// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.testing;

import com.workersql.protocol.auth.GssapiCredentials;
import com.workersql.protocol.auth.GssapiMechanism;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;
import javax.security.auth.login.LoginContext;
import javax.security.auth.login.LoginException;
import org.apache.kerby.kerberos.kerb.KrbException;
import org.apache.kerby.kerberos.kerb.server.SimpleKdcServer;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.GSSName;
import org.ietf.jgss.Oid;

/**
 * A Kerberos realm with a KDC in this process, on a free port of the loopback: one for all tests of a process, since the platform reads
 * where its realms are from a property of the system. Nobody's clock or names are asked for.
 */
public final class KerberosRealm {
    public static final String REALM = "WORKERSQL.TEST";
    public static final String ALICE = "alice@" + REALM;
    public static final String BOB = "bob@" + REALM;
    /** The service, and another one, by whose ticket nobody must get into the first. */
    public static final String SERVICE = "mariadb/localhost@" + REALM;

    public static final String OTHER_SERVICE = "http/localhost@" + REALM;

    private static KerberosRealm instance;

    private final File keytab;
    private final File keytabOfAlice;
    private final Path configuration;

    private KerberosRealm() throws KrbException, IOException {
        File directory = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "kdc-")
                .toFile();
        int port;
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
        SimpleKdcServer kdc = new SimpleKdcServer();
        kdc.setWorkDir(directory);
        kdc.setKdcRealm(REALM);
        kdc.setKdcHost("127.0.0.1");
        kdc.setAllowTcp(true);
        kdc.setAllowUdp(false);
        kdc.setKdcTcpPort(port);
        kdc.init();
        kdc.start();
        keytab = new File(directory, "all.keytab");
        kdc.createAndExportPrincipals(keytab, ALICE, BOB, SERVICE, OTHER_SERVICE);
        keytabOfAlice = new File(directory, "alice.keytab");
        kdc.exportPrincipal(ALICE, keytabOfAlice);
        configuration = directory.toPath().resolve("realm.conf");
        Files.writeString(
                configuration,
                "[libdefaults]\n default_realm = " + REALM + "\n udp_preference_limit = 1\n dns_lookup_kdc = false\n"
                        + " dns_lookup_realm = false\n dns_canonicalize_hostname = false\n"
                        + "[realms]\n " + REALM + " = {\n  kdc = 127.0.0.1:" + port + "\n }\n");
        System.setProperty("java.security.krb5.conf", configuration.toString());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(kdc)));
    }

    private static void stop(SimpleKdcServer kdc) {
        try {
            kdc.stop();
        } catch (KrbException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Starts it at the first call. */
    public static synchronized KerberosRealm start() throws KrbException, IOException {
        if (instance == null) {
            instance = new KerberosRealm();
        }
        return instance;
    }

    /** The keys of all principals. */
    public File keytab() {
        return keytab;
    }

    /** The key of one principal, for who takes the first that he finds. */
    public File keytabOfAlice() {
        return keytabOfAlice;
    }

    /** What {@code krb5.conf} is elsewhere. */
    public Path configuration() {
        return configuration;
    }

    /** Has a principal log in by the keytab for each login. */
    public GssapiCredentials client(String principal) {
        return credentials(principal, true);
    }

    /** A service's own key, of the keytab. */
    public GssapiCredentials service(String principal) {
        return credentials(principal, false);
    }

    /** Credentials for either mechanism that are acquired at the first login and serve all of them. */
    public static GssapiCredentials once(GssapiCredentials source) {
        return new GssapiCredentials() {
            private GSSCredential credential;

            @Override
            public synchronized GSSCredential acquire(Oid[] mechanisms) throws GSSException {
                if (credential == null) {
                    credential = source.acquire(GssapiMechanism.NEGOTIATE.oids());
                }
                return credential;
            }
        };
    }

    /** The first token of a client, fresh from the KDC: it lets in once. */
    public static byte[] token(GssapiCredentials client, String service, GssapiMechanism mechanism)
            throws GSSException {
        GSSManager manager = GSSManager.getInstance();
        GSSContext context = manager.createContext(
                manager.createName(service, GSSName.NT_USER_NAME),
                mechanism.oid(),
                client.acquire(mechanism.oids()),
                GSSContext.DEFAULT_LIFETIME);
        context.requestMutualAuth(true);
        byte[] token = context.initSecContext(new byte[0], 0, 0);
        context.dispose();
        return token;
    }

    private GssapiCredentials credentials(String principal, boolean initiates) {
        int usage = initiates ? GSSCredential.INITIATE_ONLY : GSSCredential.ACCEPT_ONLY;
        return GssapiCredentials.perLogin(mechanisms -> {
            try {
                PrivilegedExceptionAction<GSSCredential> action = () -> GSSManager.getInstance()
                        .createCredential(null, GSSCredential.DEFAULT_LIFETIME, mechanisms, usage);
                return Subject.doAs(subject(principal, initiates), action);
            } catch (LoginException e) {
                throw (GSSException) new GSSException(GSSException.NO_CRED, -1, e.getMessage()).initCause(e);
            } catch (PrivilegedActionException e) {
                throw (GSSException) e.getException();
            }
        });
    }

    private Subject subject(String principal, boolean initiates) throws LoginException {
        LoginContext login = new LoginContext("test", new Subject(), null, login(principal, initiates));
        login.login();
        return login.getSubject();
    }

    /** A JAAS configuration that logs a principal in by the keytab, whatever the application is called. */
    public Configuration login(String principal, boolean initiates) {
        return new Configuration() {
            @Override
            public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
                return new AppConfigurationEntry[] {
                    new AppConfigurationEntry(
                            "com.sun.security.auth.module.Krb5LoginModule",
                            LoginModuleControlFlag.REQUIRED,
                            Map.of(
                                    "principal", principal,
                                    "keyTab", keytab.toString(),
                                    "useKeyTab", "true",
                                    "storeKey", "true",
                                    "doNotPrompt", "true",
                                    "refreshKrb5Config", "true",
                                    "isInitiator", String.valueOf(initiates)))
                };
            }
        };
    }
}
