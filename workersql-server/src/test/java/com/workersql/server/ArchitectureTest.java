// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.security.MessageDigest;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("com.workersql.server");

    @Test
    void configurationKnowsNeitherNetworkNorDoors() {
        noClasses()
                .that()
                .resideInAnyPackage("..server.config..", "..server.users..", "..server.embedded..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty..", "..server.cli..", "info.picocli..")
                .check(CLASSES);
    }

    @Test
    void nothingSleeps() {
        noClasses().should().callMethod(Thread.class, "sleep", long.class).check(CLASSES);
    }

    /** What servers and programs read has the digits that they know, whatever the machine's language is. */
    @Test
    void textForMachinesDoesNotFollowTheLocale() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..server.cli..")
                .should()
                .callMethod(String.class, "format", String.class, Object[].class)
                .orShould()
                .callMethod(String.class, "formatted", Object[].class)
                .check(CLASSES);
    }

    @Test
    void nobodyKnowsTheCommandLine() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..server.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..server.cli..")
                .check(CLASSES);
    }

    /** How long a comparison takes must not tell how much of a secret is right. */
    @Test
    void secretsAreComparedInConstantTime() {
        var keepers = new String[] {
            "..server.login..", "..server.users..", "..http.session..", "..http.admin..", "..server.changes.."
        };
        noClasses()
                .that()
                .resideInAnyPackage(keepers)
                .should()
                .callMethod(Arrays.class, "equals", byte[].class, byte[].class)
                .orShould()
                .callMethod(Arrays.class, "mismatch", byte[].class, byte[].class)
                .orShould()
                .callMethod(Arrays.class, "compare", byte[].class, byte[].class)
                .check(CLASSES);
        classes()
                .that()
                .haveSimpleName("ApiKey")
                .or()
                .haveSimpleName("SessionTokens")
                .or()
                .haveSimpleName("AdminDesk")
                .should()
                .callMethod(MessageDigest.class, "isEqual", byte[].class, byte[].class)
                .check(CLASSES);
    }
}
