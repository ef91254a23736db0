// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.instruction.InvokeInstruction;

/** Looks for calls of {@code Subject.getSubject} in a class. */
final class SubjectCalls {
    private SubjectCalls() {}

    static boolean in(byte[] classFile) {
        ClassModel model = ClassFile.of().parse(classFile);
        return model.methods().stream()
                .flatMap(method -> method.code().stream())
                .flatMap(code -> code.elementStream())
                .anyMatch(element ->
                        element instanceof InvokeInstruction call
                                && call.name().equalsString("getSubject")
                                && call.owner().name().equalsString("javax/security/auth/Subject"));
    }
}
