// Sends a file of NDJSON records to opcentre: in batches, packed, again on 429 and 503. The same source for .NET 8 or
// newer, .NET Framework 4.8 and Mono (C# 7, so DataContractJsonSerializer and not System.Text.Json); nothing else needed.
//
//   dotnet new console -o send && cp Send.cs send/Program.cs          (.NET; then: dotnet run --project send -- ...)
//   csc Send.cs -r:System.Net.Http.dll -r:System.Runtime.Serialization.dll          (.NET Framework; then: Send.exe ...)
//   mcs Send.cs -r:System.Net.Http -r:System.Runtime.Serialization                  (Mono; then: mono Send.exe ...)
//
//   OPCENTRE_URL=https://opcentre.example OPCENTRE_TOKEN=oct_... dotnet run --project send -- records.ndjson
//   OPCENTRE_QUERY='dry_run=true'   further parameters: dry_run=true, backfill=true, source=NAME
//   OPCENTRE_BATCH=1000             lines a request
//
// Exit code: 0 every line was accepted, 1 lines were refused or the server could not be reached, 2 usage.

using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Runtime.Serialization;
using System.Runtime.Serialization.Json;
using System.Text;
using System.Threading.Tasks;

[DataContract]
public class Refusal
{
    [DataMember(Name = "line")] public long Line { get; set; }
    [DataMember(Name = "pointer")] public string Pointer { get; set; }
    [DataMember(Name = "code")] public string Code { get; set; }
    [DataMember(Name = "reason")] public string Reason { get; set; }
}

[DataContract]
public class Verdict
{
    [DataMember(Name = "received")] public long Received { get; set; }
    [DataMember(Name = "accepted")] public long Accepted { get; set; }
    [DataMember(Name = "rejected", IsRequired = true)] public long Rejected { get; set; }
    [DataMember(Name = "rejections")] public Refusal[] Rejections { get; set; }
}

public static class Send
{
    const int TriesMax = 8;
    static readonly HttpClient Http = new HttpClient { Timeout = TimeSpan.FromSeconds(120) };
    static readonly Uri Address = new Uri(Env("OPCENTRE_URL", "http://127.0.0.1:8080") + "/api/v1/events?" + Env("OPCENTRE_QUERY", ""));
    static readonly string Token = Env("OPCENTRE_TOKEN", "");
    static readonly int Batch = int.Parse(Env("OPCENTRE_BATCH", "1000"));

    static string Env(string name, string otherwise)
    {
        return Environment.GetEnvironmentVariable(name) ?? otherwise;
    }

    static byte[] Packed(IEnumerable<string> lines)
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Join("\n", lines) + "\n");
        using (var bytes = new MemoryStream())
        {
            using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal))
            {
                gzip.Write(text, 0, text.Length);
            }
            return bytes.ToArray();
        }
    }

    static HttpRequestMessage Request(byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Address) { Content = new ByteArrayContent(body) };
        request.Headers.ExpectContinue = false;
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        request.Content.Headers.ContentEncoding.Add("gzip");
        if (Token != "") request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return request;
    }

    /// <summary>Says what became of a batch; the number of refused lines.</summary>
    static long Told(string answer, long first)
    {
        var reader = new DataContractJsonSerializer(typeof(Verdict));
        Verdict verdict;
        using (var bytes = new MemoryStream(Encoding.UTF8.GetBytes(answer)))
        {
            verdict = (Verdict)reader.ReadObject(bytes);
        }
        foreach (Refusal refused in verdict.Rejections ?? new Refusal[0])
        {
            Console.WriteLine($"line {first - 1 + refused.Line}: {refused.Code} {refused.Pointer}: {refused.Reason}");
        }
        Console.WriteLine($"{verdict.Received} received, {verdict.Accepted} accepted, {verdict.Rejected} rejected");
        return verdict.Rejected;
    }

    /// <summary>Sends a batch until it is answered; repeats are harmless. The number of refused lines, or -1.</summary>
    static async Task<long> SendBatch(List<string> lines, long first)
    {
        byte[] body = Packed(lines);
        for (int attempt = 1; attempt <= TriesMax; attempt++)
        {
            int status = 0;
            string answer;
            double seconds = attempt;
            try
            {
                using (var request = Request(body))
                using (var response = await Http.SendAsync(request))
                {
                    status = (int)response.StatusCode;
                    answer = await response.Content.ReadAsStringAsync();
                    seconds = response.Headers.RetryAfter?.Delta?.TotalSeconds ?? attempt;
                }
            }
            // No connection, a connection that broke off, or no answer in time.
            catch (Exception error) when (error is HttpRequestException || error is IOException || error is TaskCanceledException)
            {
                status = 0;
                answer = error.GetBaseException().Message;
            }
            // 422: no line was accepted; the answer says why of each, like that of a batch taken in part.
            if (status == 200 || status == 202 || status == 422) return Told(answer, first);
            if (status != 0 && status != 429 && status != 503)
            {
                Console.Error.WriteLine($"batch from line {first}: HTTP {status}: {answer}");
                return -1;
            }
            if (attempt < TriesMax)
            {
                string what = status == 0 ? answer : $"HTTP {status}";
                Console.Error.WriteLine($"batch from line {first}: {what}, again in {seconds} s");
                await Task.Delay(TimeSpan.FromSeconds(seconds));
            }
        }
        Console.Error.WriteLine($"batch from line {first}: given up after {TriesMax} tries");
        return -1;
    }

    static async Task<int> SendFile(string path)
    {
        long refused = 0, first = 1;
        var batch = new List<string>();
        foreach (string line in File.ReadLines(path))
        {
            batch.Add(line);
            if (batch.Count < Batch) continue;
            long rejected = await SendBatch(batch, first);
            if (rejected < 0) return 1;
            refused += rejected;
            first += batch.Count;
            batch.Clear();
        }
        if (batch.Count > 0)
        {
            long rejected = await SendBatch(batch, first);
            if (rejected < 0) return 1;
            refused += rejected;
        }
        return refused == 0 ? 0 : 1;
    }

    public static int Main(string[] arguments)
    {
        if (arguments.Length != 1)
        {
            Console.Error.WriteLine("usage: Send records.ndjson");
            return 2;
        }
        return SendFile(arguments[0]).GetAwaiter().GetResult();
    }
}
