// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassSignature;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodSignature;
import java.lang.classfile.Signature;
import java.lang.classfile.Signature.ArrayTypeSig;
import java.lang.classfile.Signature.BaseTypeSig;
import java.lang.classfile.Signature.ClassTypeSig;
import java.lang.classfile.Signature.TypeArg;
import java.lang.classfile.Signature.TypeParam;
import java.lang.classfile.Signature.TypeVarSig;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Prints what of a bundle others can compile against, in a stable order: a changed line is a
 * changed API.
 */
final class ApiPrinter {
    /** Superclasses that the kind of a type tells already. */
    private static final Set<String> IMPLIED = Set.of("Object", "Record", "Enum");

    private final StringBuilder out = new StringBuilder();

    /**
     * The API of the packages, a map from name to version, whose classes are below {@code classes}.
     */
    static String print(Path classes, SortedMap<String, String> packages) throws IOException {
        ApiPrinter printer = new ApiPrinter();
        for (var exported : packages.entrySet()) {
            printer.line("package " + exported.getKey() + " " + exported.getValue());
            Path folder = classes.resolve(exported.getKey().replace('.', '/'));
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file :
                        files.filter(f -> f.toString().endsWith(".class")).sorted().toList()) {
                    printer.print(ClassFile.of().parse(file));
                }
            }
        }
        return printer.out.toString();
    }

    private void print(ClassModel type) {
        Collection<AccessFlag> flags = flags(type);
        if (!visible(flags) || flags.contains(AccessFlag.SYNTHETIC) || type.isModuleInfo()) {
            return;
        }
        line("");
        line(
                annotations(type)
                        + words(flags)
                        + kind(type)
                        + type.thisClass().asSymbol().displayName()
                        + heritage(type));
        List<String> members = new ArrayList<>();
        type.fields().forEach(field -> field(field).ifPresent(members::add));
        type.methods().forEach(method -> method(type, method).ifPresent(members::add));
        members.stream().sorted().forEach(member -> line("    " + member));
    }

    /** A nested class's own flags stand in the table of inner classes. */
    private static Collection<AccessFlag> flags(ClassModel type) {
        return type.findAttribute(Attributes.innerClasses()).stream()
                .flatMap(table -> table.classes().stream())
                .filter(inner -> inner.innerClass().equals(type.thisClass()))
                .findFirst()
                .<Collection<AccessFlag>>map(inner -> inner.flags())
                .orElseGet(() -> type.flags().flags());
    }

    /** Who may implement it: that decides which change breaks whom. */
    private static String annotations(ClassModel type) {
        return type.findAttribute(Attributes.runtimeInvisibleAnnotations()).stream()
                .flatMap(found -> found.annotations().stream())
                .map(annotation -> annotation.classSymbol().displayName())
                .filter(name -> name.equals("ProviderType") || name.equals("ConsumerType"))
                .map(name -> "@" + name + " ")
                .collect(Collectors.joining());
    }

    private static String kind(ClassModel type) {
        if (type.flags().has(AccessFlag.ANNOTATION)) {
            return "@interface ";
        }
        if (type.flags().has(AccessFlag.INTERFACE)) {
            return "interface ";
        }
        if (type.flags().has(AccessFlag.ENUM)) {
            return "enum ";
        }
        return type.findAttribute(Attributes.record()).isPresent() ? "record " : "class ";
    }

    private static String heritage(ClassModel type) {
        ClassSignature signature =
                type.findAttribute(Attributes.signature())
                        .map(found -> found.asClassSignature())
                        .orElseGet(() ->
                                ClassSignature.of(
                                        ClassTypeSig.of(
                                                type.superclass()
                                                        .map(found -> found.asSymbol())
                                                        .orElse(
                                                                java.lang.constant.ConstantDescs
                                                                        .CD_Object)),
                                        type.interfaces().stream()
                                                .map(found -> ClassTypeSig.of(found.asSymbol()))
                                                .toArray(ClassTypeSig[]::new)));
        String parent = name(signature.superclassSignature());
        String interfaces = names(signature.superinterfaceSignatures());
        return parameters(signature.typeParameters())
                + (IMPLIED.contains(erased(parent)) ? "" : " extends " + parent)
                + (interfaces.isEmpty() ? "" : " : " + interfaces);
    }

    private static String erased(String type) {
        int arguments = type.indexOf('<');
        return arguments < 0 ? type : type.substring(0, arguments);
    }

    private static Optional<String> field(FieldModel field) {
        if (!visible(field.flags().flags()) || field.flags().has(AccessFlag.SYNTHETIC)) {
            return Optional.empty();
        }
        Signature type =
                field.findAttribute(Attributes.signature())
                        .map(found -> found.asTypeSignature())
                        .orElseGet(() -> Signature.of(field.fieldTypeSymbol()));
        String value =
                field.findAttribute(Attributes.constantValue())
                        .map(found -> " = " + text(found.constant().constantValue()))
                        .orElse("");
        return Optional.of(
                words(field.flags().flags())
                        + name(type)
                        + " "
                        + field.fieldName().stringValue()
                        + value);
    }

    private static String text(ConstantDesc value) {
        return value instanceof String string ? "\"" + string + "\"" : String.valueOf(value);
    }

    private static Optional<String> method(ClassModel type, MethodModel method) {
        if (!visible(method.flags().flags())
                || method.flags().has(AccessFlag.SYNTHETIC)
                || method.methodName().equalsString("<clinit>")) {
            return Optional.empty();
        }
        MethodSignature signature =
                method.findAttribute(Attributes.signature())
                        .map(found -> found.asMethodSignature())
                        .orElseGet(() -> MethodSignature.of(method.methodTypeSymbol()));
        String thrown =
                method.findAttribute(Attributes.exceptions()).stream()
                        .flatMap(found -> found.exceptions().stream())
                        .map(found -> found.asSymbol().displayName())
                        .collect(Collectors.joining(", "));
        boolean isDefault =
                type.flags().has(AccessFlag.INTERFACE)
                        && method.code().isPresent()
                        && !method.flags().has(AccessFlag.STATIC);
        boolean constructor = method.methodName().equalsString("<init>");
        return Optional.of(
                words(method.flags().flags())
                        + (isDefault ? "default " : "")
                        + parameters(signature.typeParameters())
                        + (constructor
                                ? "new"
                                : name(signature.result())
                                        + " "
                                        + method.methodName().stringValue())
                        + "("
                        + names(signature.arguments())
                        + ")"
                        + (thrown.isEmpty() ? "" : " throws " + thrown));
    }

    private static boolean visible(Collection<AccessFlag> flags) {
        return flags.contains(AccessFlag.PUBLIC) || flags.contains(AccessFlag.PROTECTED);
    }

    /** Only the flags that matter to who compiles against it; public goes without saying. */
    private static String words(Collection<AccessFlag> flags) {
        return Stream.of(
                        AccessFlag.PROTECTED,
                        AccessFlag.STATIC,
                        AccessFlag.ABSTRACT,
                        AccessFlag.FINAL)
                .filter(flags::contains)
                .filter(flag ->
                        flag != AccessFlag.ABSTRACT || !flags.contains(AccessFlag.INTERFACE))
                .map(flag -> flag.name().toLowerCase(java.util.Locale.ROOT) + " ")
                .collect(Collectors.joining());
    }

    private static String parameters(List<TypeParam> parameters) {
        if (parameters.isEmpty()) {
            return "";
        }
        return parameters.stream()
                .map(parameter ->
                        parameter.identifier()
                                + Stream.concat(
                                                parameter.classBound().stream(),
                                                parameter.interfaceBounds().stream())
                                        .map(ApiPrinter::name)
                                        .filter(bound -> !bound.equals("Object"))
                                        .map(bound -> " extends " + bound)
                                        .collect(Collectors.joining()))
                .collect(Collectors.joining(", ", "<", "> "));
    }

    private static String names(List<? extends Signature> types) {
        return types.stream().map(ApiPrinter::name).collect(Collectors.joining(", "));
    }

    private static String name(Signature type) {
        return switch (type) {
            case BaseTypeSig base ->
                    ClassDesc.ofDescriptor(String.valueOf(base.baseType())).displayName();
            case ArrayTypeSig array -> name(array.componentSignature()) + "[]";
            case TypeVarSig variable -> variable.identifier();
            case ClassTypeSig named -> {
                String simple =
                        named.className()
                                .substring(named.className().lastIndexOf('/') + 1)
                                .replace('$', '.');
                String outer = named.outerType().map(found -> name(found) + ".").orElse("");
                yield outer
                        + simple
                        + (named.typeArgs().isEmpty()
                                ? ""
                                : named.typeArgs().stream()
                                        .map(ApiPrinter::argument)
                                        .collect(Collectors.joining(", ", "<", ">")));
            }
        };
    }

    private static String argument(TypeArg argument) {
        return switch (argument) {
            case TypeArg.Unbounded any -> "?";
            case TypeArg.Bounded bounded ->
                    switch (bounded.wildcardIndicator()) {
                                case NONE -> "";
                                case EXTENDS -> "? extends ";
                                case SUPER -> "? super ";
                            }
                            + name(bounded.boundType());
        };
    }

    private void line(String text) {
        out.append(text.replace('$', '.').stripTrailing()).append('\n');
    }
}
