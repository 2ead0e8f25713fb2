// Writes golden.txt: messages as Apache Kafka's own generated code encodes them.
//
// Usage: java -cp 'LIBS/*' MakeGolden.java NAME... > golden.txt
//
// A value is drawn for each field by Kafka's schema of the version, read by Kafka's message class and
// written again. One line each: name, version, hex.
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.types.ArrayOf;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.CompactArrayOf;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.MemoryRecords;

public class MakeGolden {
    static final Random random = new Random(20260101);

    static byte[] bytes() {
        byte[] bytes = new byte[random.nextInt(12)];
        random.nextBytes(bytes);
        return bytes;
    }

    static Object[] elements(Type type) {
        Object[] elements = new Object[1 + random.nextInt(2)];
        for (int i = 0; i < elements.length; i++) elements[i] = draw(type);
        return elements;
    }

    static Object draw(Type type) {
        boolean isNull = type.isNullable() && random.nextInt(4) == 0;
        if (type instanceof Schema schema) {
            if (isNull) return null;
            Struct struct = new Struct(schema);
            for (BoundField field : schema.fields()) struct.set(field, draw(field.def.type));
            return struct;
        }
        if (type instanceof TaggedFields tagged) {
            TreeMap<Integer, Object> fields = new TreeMap<>();
            for (Integer tag : tagged.fields().keySet()) fields.put(tag, draw(tagged.fields().get(tag).type));
            return fields;
        }
        if (type instanceof ArrayOf || type instanceof CompactArrayOf) {
            return isNull ? null : elements(type.arrayElementType().get());
        }
        String name = ((Type.DocumentedType) type).typeName();
        if (name.endsWith("RECORDS")) return MemoryRecords.readableRecords(ByteBuffer.wrap(bytes()));
        if (isNull) return null;
        switch (name) {
            case "BOOLEAN": return random.nextBoolean();
            case "INT8": return (byte) random.nextInt();
            case "INT16": return (short) random.nextInt();
            case "UINT16": return random.nextInt(1 << 16);
            case "INT32": return random.nextInt();
            case "UINT32": return random.nextLong() & 0xffffffffL;
            case "INT64": return random.nextLong();
            case "FLOAT64": return random.nextDouble();
            case "UUID": return new Uuid(random.nextLong(), random.nextLong());
        }
        if (name.endsWith("STRING")) return "text-" + Integer.toString(random.nextInt(1 << 20), 36);
        if (name.endsWith("BYTES")) return ByteBuffer.wrap(bytes());
        throw new IllegalArgumentException(name);
    }

    public static void main(String[] names) {
        for (String name : names) {
            boolean isRequest = name.endsWith("Request");
            String api = name.replaceAll("(Request|Response)$", "");
            for (ApiMessageType type : ApiMessageType.values()) {
                if (!type.name.equals(api)) continue;
                Schema[] schemas = isRequest ? type.requestSchemas() : type.responseSchemas();
                for (short version = type.lowestSupportedVersion(); version < schemas.length; version++) {
                    Struct struct = (Struct) draw(schemas[version]);
                    ByteBuffer drawn = ByteBuffer.allocate(struct.sizeOf());
                    struct.writeTo(drawn);
                    drawn.flip();
                    ApiMessage message = isRequest ? type.newRequest() : type.newResponse();
                    message.read(new ByteBufferAccessor(drawn), version);
                    ByteBuffer written = MessageUtil.toByteBufferAccessor(message, version).buffer();
                    byte[] encoded = new byte[written.remaining()];
                    written.get(encoded);
                    System.out.println(name + " " + version + " " + HexFormat.of().formatHex(encoded));
                }
            }
        }
    }
}
