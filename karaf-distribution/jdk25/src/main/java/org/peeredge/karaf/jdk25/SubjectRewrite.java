// SPDX-License-Identifier: Apache-2.0
package org.peeredge.karaf.jdk25;

import static java.lang.constant.ConstantDescs.CD_CallSite;
import static java.lang.constant.ConstantDescs.CD_List;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_String;
import static java.lang.constant.ConstantDescs.CD_Throwable;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicCallSiteDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Optional;

/**
 * Four rules that let Karaf 4.4 know its user on JDK 24 and newer (JEP 486), where {@code
 * Subject.getSubject} throws and a Subject is a scoped value instead of a part of the
 * AccessControlContext.
 *
 * <ol>
 *   <li>{@code Subject.getSubject(context)} becomes {@code Subject.current()}.
 *   <li>{@code JaasHelper.doAs}, which built such contexts, becomes {@code Subject.doAs}.
 *   <li>{@code SecuredCommand.execute} binds the session's Subject again: Gogo runs commands on
 *       pool threads, and a scoped value does not follow.
 *   <li>{@code LocalConsoleManager} puts the Subject into the session it makes, as ssh does, so
 *       that rule 3 finds it.
 * </ol>
 */
final class SubjectRewrite {
    private static final String SUBJECT_KEY = "javax.security.auth.Subject";
    private static final ClassDesc SUBJECT = ClassDesc.of(SUBJECT_KEY);
    private static final ClassDesc CALLABLE = ClassDesc.of("java.util.concurrent.Callable");
    private static final ClassDesc COMPLETION =
            ClassDesc.of("java.util.concurrent.CompletionException");
    private static final ClassDesc CONSOLE_SESSION =
            ClassDesc.of("org.apache.karaf.shell.api.console.Session");
    private static final ClassDesc SESSION_FACTORY =
            ClassDesc.of("org.apache.karaf.shell.api.console.SessionFactory");
    private static final ClassDesc JAAS_HELPER =
            ClassDesc.of("org.apache.karaf.util.jaas.JaasHelper");
    private static final ClassDesc SECURED_COMMAND =
            ClassDesc.of("org.apache.karaf.shell.impl.console.osgi.secured.SecuredCommand");
    private static final ClassDesc LOCAL_CONSOLE =
            ClassDesc.of("org.apache.karaf.shell.impl.console.osgi.LocalConsoleManager");
    private static final MethodTypeDesc CURRENT = MethodTypeDesc.of(SUBJECT);
    private static final MethodTypeDesc EXECUTE =
            MethodTypeDesc.of(CD_Object, CONSOLE_SESSION, CD_List);
    private static final String BOUND = "execute$bound";

    private SubjectRewrite() {}

    /** The class rewritten, or empty if no rule matches it. */
    static Optional<byte[]> apply(byte[] original) {
        ClassFile files = ClassFile.of();
        ClassModel model = files.parse(original);
        ClassDesc self = model.thisClass().asSymbol();
        boolean[] changed = {false};
        ClassTransform transform = ClassTransform.transformingMethodBodies(calls(self, changed));
        if (self.equals(JAAS_HELPER)) {
            transform = doAs(changed).andThen(transform);
        } else if (self.equals(SECURED_COMMAND)) {
            transform = execute(changed).andThen(transform);
        }
        byte[] rewritten = files.transformClass(model, transform);
        return changed[0] ? Optional.of(rewritten) : Optional.empty();
    }

    private static CodeTransform calls(ClassDesc self, boolean[] changed) {
        return (code, element) -> {
            if (element instanceof InvokeInstruction call && is(call, SUBJECT, "getSubject")) {
                changed[0] = true;
                code.pop().invokestatic(SUBJECT, "current", CURRENT);
                return;
            }
            code.with(element);
            if (self.equals(LOCAL_CONSOLE)
                    && element instanceof InvokeInstruction call
                    && is(call, SESSION_FACTORY, "create")) {
                changed[0] = true;
                code.dup().loadConstant(SUBJECT_KEY).invokestatic(SUBJECT, "current", CURRENT);
                code.invokeinterface(
                        CONSOLE_SESSION,
                        "put",
                        MethodTypeDesc.of(ConstantDescs.CD_void, CD_String, CD_Object));
            }
        };
    }

    private static boolean is(InvokeInstruction call, ClassDesc owner, String name) {
        return call.name().equalsString(name) && call.owner().asSymbol().equals(owner);
    }

    private static ClassTransform doAs(boolean[] changed) {
        return (type, element) -> {
            if (!(element instanceof MethodModel method)
                    || !method.methodName().equalsString("doAs")) {
                type.with(element);
                return;
            }
            changed[0] = true;
            MethodTypeDesc signature = method.methodTypeSymbol();
            type.withMethod(
                    method.methodName().stringValue(),
                    signature,
                    method.flags().flagsMask(),
                    to -> {
                        method.findAttribute(Attributes.exceptions()).ifPresent(to::with);
                        method.findAttribute(Attributes.signature()).ifPresent(to::with);
                        to.withCode(code ->
                                code.aload(0)
                                        .aload(1)
                                        .invokestatic(SUBJECT, "doAs", signature)
                                        .areturn());
                    });
        };
    }

    private static ClassTransform execute(boolean[] changed) {
        return (type, element) -> {
            if (!(element instanceof MethodModel method)
                    || !method.methodName().equalsString("execute")
                    || !method.methodTypeSymbol().equals(EXECUTE)) {
                type.with(element);
                return;
            }
            changed[0] = true;
            int flags = method.flags().flagsMask();
            type.withMethod(BOUND, EXECUTE, flags, to -> method.code().ifPresent(to::with));
            type.withMethodBody("execute", EXECUTE, flags, SubjectRewrite::bindAndExecute);
        };
    }

    /**
     * <pre>{@code
     * Object subject = session.get("javax.security.auth.Subject");
     * if (!(subject instanceof Subject)) return execute$bound(session, arguments);
     * try { return Subject.callAs((Subject) subject, () -> execute$bound(session, arguments)); }
     * catch (CompletionException wrapped) { throw wrapped.getCause(); }
     * }</pre>
     */
    private static void bindAndExecute(CodeBuilder code) {
        Label unbound = code.newLabel();
        code.aload(1).loadConstant(SUBJECT_KEY);
        code.invokeinterface(CONSOLE_SESSION, "get", MethodTypeDesc.of(CD_Object, CD_String));
        code.dup().astore(3).instanceOf(SUBJECT).ifeq(unbound);
        code.trying(
                body -> {
                    body.aload(3).checkcast(SUBJECT).aload(0).aload(1).aload(2);
                    body.invokedynamic(callable());
                    body.invokestatic(
                            SUBJECT, "callAs", MethodTypeDesc.of(CD_Object, SUBJECT, CALLABLE));
                    body.areturn();
                },
                handlers ->
                        handlers.catching(
                                COMPLETION,
                                handler ->
                                        handler.invokevirtual(
                                                        CD_Throwable,
                                                        "getCause",
                                                        MethodTypeDesc.of(CD_Throwable))
                                                .athrow()));
        code.labelBinding(unbound).aload(0).aload(1).aload(2);
        code.invokevirtual(SECURED_COMMAND, BOUND, EXECUTE).areturn();
    }

    private static DynamicCallSiteDesc callable() {
        MethodTypeDesc call = MethodTypeDesc.of(CD_Object);
        DirectMethodHandleDesc metafactory =
                ConstantDescs.ofCallsiteBootstrap(
                        ClassDesc.of("java.lang.invoke.LambdaMetafactory"),
                        "metafactory",
                        CD_CallSite,
                        ConstantDescs.CD_MethodType,
                        ConstantDescs.CD_MethodHandle,
                        ConstantDescs.CD_MethodType);
        return DynamicCallSiteDesc.of(
                metafactory,
                "call",
                MethodTypeDesc.of(CALLABLE, SECURED_COMMAND, CONSOLE_SESSION, CD_List),
                call,
                MethodHandleDesc.ofMethod(
                        DirectMethodHandleDesc.Kind.VIRTUAL, SECURED_COMMAND, BOUND, EXECUTE),
                call);
    }
}
