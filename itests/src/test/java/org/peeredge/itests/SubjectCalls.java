// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.MethodRefEntry;
import java.util.stream.StreamSupport;

/** Looks for {@code Subject.getSubject} in a class's constant pool. */
final class SubjectCalls {
    private SubjectCalls() {}

    static boolean in(byte[] classFile) {
        return StreamSupport.stream(
                        ClassFile.of().parse(classFile).constantPool().spliterator(), false)
                .anyMatch(entry ->
                        entry instanceof MethodRefEntry method
                                && method.name().equalsString("getSubject")
                                && method.owner()
                                        .name()
                                        .equalsString("javax/security/auth/Subject"));
    }
}
