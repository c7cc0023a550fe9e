// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final String INTERNAL = "com.workersql.router.internal..";

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("com.workersql.router");

    @Test
    void theRouterDoesNoInputOrOutputAndKnowsNoNetty() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.netty..",
                        "java.net..",
                        "java.nio.file..",
                        "java.nio.channels..",
                        "com.workersql.protocol..",
                        "com.workersql.pool..",
                        "com.workersql.server..",
                        "com.workersql.breaker..")
                .check(classes);
    }

    @Test
    void nothingSleepsOrReadsAClock() {
        noClasses().should().callMethod(Thread.class, "sleep", long.class).check(classes);
        noClasses().should().callMethod(System.class, "nanoTime").check(classes);
        noClasses().should().callMethod(System.class, "currentTimeMillis").check(classes);
    }

    @Test
    void thePublicInterfaceNeverMentionsInternals() {
        noMethods()
                .that()
                .arePublic()
                .and()
                .areDeclaredInClassesThat()
                .resideOutsideOfPackage(INTERNAL)
                .should()
                .haveRawReturnType(resideInAPackage(INTERNAL))
                .check(classes);
        noMethods()
                .that()
                .arePublic()
                .and()
                .areDeclaredInClassesThat()
                .resideOutsideOfPackage(INTERNAL)
                .should()
                .haveRawParameterTypes(describe(
                        "of internals",
                        types -> types.stream()
                                .anyMatch(type -> type.getPackageName().contains(".internal"))))
                .check(classes);
    }

    @Test
    void onlyTheAnalysisKnowsTheGrammar() {
        noClasses()
                .that()
                .resideOutsideOfPackage("com.workersql.router.internal.analyze..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.antlr..", "io.debezium..")
                .check(classes);
    }

    @Test
    void thePolicyKnowsNoStatements() {
        noClasses()
                .that()
                .resideInAPackage("com.workersql.router.policy..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(INTERNAL)
                .check(classes);
    }
}
